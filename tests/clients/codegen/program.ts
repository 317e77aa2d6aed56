// What a frontend writes with graphql-request and the types of graphql-codegen. What must not compile says so.
import { ClientError, GraphQLClient } from 'graphql-request'
import {
  AnythingDocument,
  CaseScreenDocument,
  HintsDocument,
  type MessageLineFragment,
  PostMessageDocument,
  type PostMessageMutation,
  type PostMessageMutationVariables,
} from './generated/graphql.js'

type Say = (what: string, told?: unknown) => void

/** A refusal is data, and a frontend that forgets it does not compile. */
function posted({ postMessage }: PostMessageMutation): MessageLineFragment | string {
  // @ts-expect-error: only a message has a body
  void postMessage.body
  return postMessage.__typename === 'Refusal' ? postMessage.code : postMessage
}

async function failure(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    const { status, errors } = error.response
    return { status, code: errors?.[0]?.extensions['code'], data: error.response.data }
  }
}

export async function run(url: string, token: string, caseId: string, say: Say): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const client = new GraphQLClient(url, { headers })
  const input = { idempotencyKey: 'one of codegen', caseId, body: 'Bonjour', language: 'fr' }
  const message = posted(await client.request(PostMessageDocument, { input }))
  say('posted', message)
  say('refused', posted(await client.request(PostMessageDocument, { input: { ...input, body: 'Bonsoir' } })))

  const screen = await client.request(CaseScreenDocument, { id: caseId, first: 1 })
  // @ts-expect-error: a case may be null
  void screen.case.state
  const state: 'OPEN' | 'CLOSED' | undefined = screen.case?.state
  say('case', { state, messages: screen.case?.messages })

  const { node } = await client.request(AnythingDocument, { id: caseId })
  say('node', node?.__typename === 'Case' ? node.state : null)

  const told = { procedure: 'crown', day: 30, measurements: [{ key: 'nothing', value: { number: 1 } }] }
  const { hints } = await client.request(HintsDocument, { input: told })
  say('hints', hints.__typename === 'Refusal' ? hints : hints.topClass)

  const reading = new GraphQLClient(url, {
    method: 'GET',
    headers: { ...headers, 'graphql-require-preflight': '1' },
  })
  say('get', (await reading.request(CaseScreenDocument, { id: caseId, first: 1 })).case?.state)
  say('unseen', await failure(client.request(CaseScreenDocument, { id: 'x', first: 1 })))
  say('invalid', await failure(client.request('{ nothing }')))
  say('unknown', await failure(new GraphQLClient(url).request(CaseScreenDocument, { id: caseId, first: 1 })))

  // @ts-expect-error: there is no such input
  void ({ input: { ...input, text: 'Bonjour' } } satisfies PostMessageMutationVariables)
  // @ts-expect-error: the page's size is asked for
  void (() => client.request(CaseScreenDocument, { id: caseId }))
  // @ts-expect-error: exactly one of number, choice and truth
  void (() => client.request(HintsDocument, { input: { ...told, measurements: [{ key: 'a', value: { number: 1, truth: true } }] } }))
}
