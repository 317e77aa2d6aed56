// What the `graphql-ws` client hears: a line of JSON for each happening. Lines on stdin tell it when to go on.
import { createInterface } from 'node:readline'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const [url, token, caseId] = process.argv.slice(2)
const say = (what, told = null) => console.log(JSON.stringify({ what, told }))
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const told = () => lines.next()
const sockets = []

const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
  retryAttempts: 3,
  retryWait: async () => {},
  shouldRetry: () => true,
  on: {
    connected: (socket) => { sockets.push(socket); say('connected') },
    closed: (event) => say('closed', event.code),
  },
})
const ask = (query, variables) => new Promise((resolve) => {
  const heard = []
  client.subscribe({ query, variables }, {
    next: (value) => heard.push(value),
    error: (errors) => resolve({ errors }),
    complete: () => resolve({ heard }),
  })
})
const follow = () => client.subscribe(
  { query: 'subscription($id: ID!) { messagePosted(caseId: $id) { body } }', variables: { id: caseId } },
  {
    next: (value) => say('next', value.data.messagePosted.body),
    error: (errors) => say('error', errors),
    complete: () => say('complete'),
  },
)

let stop = follow()
await told() // something was posted
sockets.at(-1).terminate()
await told() // the subscription was taken up again, and something else posted
stop()
say('query', await ask('{ viewer { role } }'))
say('syntax', await ask('{'))
say('validation', await ask('{ nothing }'))
say('variables', await ask('query($n: Int!) { cases(first: $n) { nodes { id } } }', { n: 'many' }))
await client.dispose()
say('done')
process.exit(0)
