// What the Relay runtime makes of our answers, by what relay-compiler made of `relay/src`.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const require = createRequire(import.meta.url)
const relay = require('relay-runtime')
const [host, token, caseId, how] = process.argv.slice(2)
const say = (what, told = null) => console.log(JSON.stringify({ what, told }))
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const made = (name) => require(`./relay/generated/${name}.graphql.js`)
const headers = { authorization: `Bearer ${token}` }

const texts = JSON.parse(readFileSync('relay/persisted.json', 'utf8'))
const send = async ({ id }, variables) => {
  const document = how === 'by id' ? { documentId: id } : { query: texts[id] }
  const body = JSON.stringify({ ...document, variables })
  const asked = { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } }
  return (await fetch(`http://${host}/graphql`, asked)).json()
}
const sockets = createClient({ url: `ws://${host}/graphql`, webSocketImpl: WebSocket, connectionParams: headers })
const follow = ({ id }, variables) => relay.Observable.create((sink) =>
  sockets.subscribe({ query: texts[id], variables }, sink))
const environment = new relay.Environment({
  network: relay.Network.create(send, follow),
  store: new relay.Store(new relay.RecordSource()),
})
const ask = (name, variables) => relay.fetchQuery(environment, made(name), variables).toPromise()
const thread = () => {
  const selector = relay.getSingularSelector(made('CaseScreen_messages'), screen.case.value)
  return environment.lookup(selector).data.messages
}
const bodies = () => thread().edges.map(({ node }) => node.body)

const post = (key, body) => new Promise((resolve, reject) => relay.commitMutation(environment, {
  mutation: made('CaseScreenPostMutation'),
  variables: { input: { idempotencyKey: key, caseId, body, language: 'fr' } },
  updater: (store) => {
    const message = store.getRootField('postMessage')
    const list = relay.ConnectionHandler.getConnection(store.get(caseId), 'CaseScreen_messages')
    if (message.getType() === 'Refusal' || !list) return
    const edge = relay.ConnectionHandler.createEdge(store, list, message, 'MessageEdge')
    relay.ConnectionHandler.insertEdgeBefore(list, edge)
  },
  onCompleted: ({ postMessage }) => resolve(postMessage),
  onError: reject,
}))

await post('Relay 1', 'Un')
const { id } = await post('Relay 2', 'Deux')
const screen = await ask('CaseScreenQuery', { id: caseId })
say('case', { ok: screen.case.ok, state: screen.case.value.state })
say('page', bodies())
const { pageInfo } = thread()
await ask('CaseScreenMessagesQuery', { id: caseId, count: 1, cursor: pageInfo.endCursor })
say('pages', { bodies: bodies(), more: thread().pageInfo.hasNextPage })
say('posted', (await post('Relay 3', 'Trois')).__typename)
say('refused', (await post('Relay 3', 'Quatre')).code)
say('inserted', bodies())
say('node', (await ask('CaseScreenLineQuery', { id })).node.__id === id)
say('inbox', (await ask('CaseScreenInboxQuery', { state: 'OPEN' })).cases.edges.map(({ node }) => node.id === caseId))
const unseen = await ask('CaseScreenQuery', { id: 'x' })
say('unseen', unseen.case.ok ? null : unseen.case.errors)

const following = relay.requestSubscription(environment, {
  subscription: made('CaseScreenPostedSubscription'),
  variables: { id: caseId },
  onNext: ({ messagePosted }) => say('next', messagePosted.body),
  onError: (error) => say('error', String(error)),
})
say('following')
await lines.next() // something was posted
following.dispose()
await sockets.dispose()
say('done')
process.exit(0)
