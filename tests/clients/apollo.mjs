// What Apollo Client gets and keeps: a cache by id, pages merged, results that are unions, a socket beside it.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { relayStylePagination } from '@apollo/client/utilities'
import { buildSchema, isAbstractType } from 'graphql'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

globalThis.WebSocket ??= WebSocket // Apollo asks for its constants, and node has it from 22 on
const [host, token, caseId] = process.argv.slice(2)
const say = (what, told = null) => console.log(JSON.stringify({ what, told }))
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const uri = `http://${host}/graphql`
const headers = { authorization: `Bearer ${token}` }

const schema = buildSchema(readFileSync('codegen/schema.graphql', 'utf8'))
const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType)
const possibleTypes = Object.fromEntries(
  abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
)
const fresh = () => new InMemoryCache({
  possibleTypes,
  typePolicies: { Case: { fields: { messages: relayStylePagination() } } },
})
const sockets = createClient({ url: `ws://${host}/graphql`, webSocketImpl: WebSocket, connectionParams: headers })
const answers = []
const seen = async (address, options) => {
  const answer = await fetch(address, options)
  answers.push([options.method, answer.status, answer.headers.get('content-type')])
  return answer
}
const client = new ApolloClient({
  cache: fresh(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === 'subscription',
    new GraphQLWsLink(sockets),
    new HttpLink({ uri, headers, fetch: seen }),
  ),
})
const failure = async (asked) => {
  try {
    return { data: (await asked).data }
  } catch (error) {
    return CombinedGraphQLErrors.is(error)
      ? { codes: error.errors.map(({ extensions }) => extensions.code), data: error.data ?? null }
      : { failed: String(error) }
  }
}
const THREAD = gql`
  query($id: ID!, $after: String) {
    case(id: $id) {
      id
      state
      messages(first: 1, after: $after) { edges { cursor node { id body } } pageInfo { hasNextPage endCursor } }
    }
  }
`
const NODE = gql`
  query($id: ID!) { node(id: $id) { id ... on Case { state } ... on Message { body } } }
`
const POST = gql`
  mutation($input: PostMessageInput!) {
    postMessage(input: $input) { ... on Message { id body corrects { id } } ... on Refusal { code message remedy } }
  }
`
const POSTED = gql`
  subscription($id: ID!) { messagePosted(caseId: $id) { id body } }
`
const input = { idempotencyKey: 'one of Apollo', caseId, body: 'Bonjour', language: 'fr' }
const post = async (changed = {}) =>
  (await client.mutate({ mutation: POST, variables: { input: { ...input, ...changed } } })).data.postMessage

const kept = await post()
say('posted', kept)
say('refused', await post({ body: 'Bonsoir' }))
await post({ idempotencyKey: 'another of Apollo', body: 'Encore' })

const bodies = ({ data }) => data.case.messages.edges.map(({ node }) => node.body)
const first = await client.query({ query: THREAD, variables: { id: caseId } })
say('page', bodies(first))
const thread = client.watchQuery({ query: THREAD, variables: { id: caseId } })
const following = thread.subscribe(() => {})
await thread.fetchMore({ variables: { after: first.data.case.messages.pageInfo.endCursor } })
say('pages', bodies({ data: client.readQuery({ query: THREAD, variables: { id: caseId } }) }))
following.unsubscribe()

const { data } = await client.query({ query: NODE, variables: { id: caseId } })
say('node', data.node)
const inCache = client.readFragment({ id: `Message:${kept.id}`, fragment: gql`fragment Any on Node { id ... on Message { body } }` })
say('cached', inCache.body)

say('unseen', await failure(client.query({ query: THREAD, variables: { id: 'x' } })))
say('invalid', await failure(client.query({ query: gql`{ nothing }` })))
const stranger = new ApolloClient({ cache: fresh(), link: new HttpLink({ uri, fetch: seen }) })
say('unknown', await failure(stranger.query({ query: gql`{ viewer { role } }` })))
const reading = { ...headers, 'apollo-require-preflight': 'true' }
const getter = new ApolloClient({
  cache: fresh(),
  link: new HttpLink({ uri, headers: reading, useGETForQueries: true, fetch: seen }),
})
say('get', await failure(getter.query({ query: gql`{ viewer { role } }` })))
say('answers', answers)

const heard = client.subscribe({ query: POSTED, variables: { id: caseId } }).subscribe({
  next: ({ data, error }) => say('next', error ? String(error) : data.messagePosted.body),
  error: (error) => say('error', String(error)),
})
say('following')
await lines.next() // something was posted
heard.unsubscribe()
client.subscribe({ query: POSTED, variables: { id: 'x' } }).subscribe({
  next: ({ error }) => say('unheard', error.errors.map(({ extensions }) => extensions.code)),
  error: (error) => say('unheard', String(error)),
  complete: () => { say('done'); process.exit(0) },
})
