// What the `graphql-sse` client hears, in distinct connections mode, and what urql makes of the same endpoint.
import { createInterface } from 'node:readline'
import { cacheExchange, Client, fetchExchange } from '@urql/core'
import { createClient } from 'graphql-sse'

const [url, token, caseId] = process.argv.slice(2)
const say = (what, told = null) => console.log(JSON.stringify({ what, told }))
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const headers = { authorization: `Bearer ${token}` }

const client = createClient({ url, headers, retryAttempts: 0, singleConnection: false })
const ask = (query, variables) => new Promise((resolve) => {
  const heard = []
  client.subscribe({ query, variables }, {
    next: (value) => heard.push(value),
    error: (error) => resolve({ failed: String(error) }),
    complete: () => resolve({ heard }),
  })
})
const stop = client.subscribe(
  { query: 'subscription($id: ID!) { messagePosted(caseId: $id) { body } }', variables: { id: caseId } },
  {
    next: (value) => say('next', value.data.messagePosted.body),
    error: (error) => say('error', String(error)),
    complete: () => say('complete'),
  },
)
await lines.next() // something was posted
stop()
say('query', await ask('{ viewer { role } }'))
say('validation', await ask('{ nothing }'))
say('unseen', await ask('subscription { messagePosted(caseId: "x") { body } }'))
client.dispose()

const accepts = []
const urql = new Client({
  url,
  preferGetMethod: false,
  exchanges: [cacheExchange, fetchExchange],
  fetchOptions: { headers },
  fetch: async (address, options) => {
    const answer = await fetch(address, options)
    accepts.push([options.headers.accept, answer.headers.get('content-type')])
    return answer
  },
})
const { data, error } = await urql.query('{ viewer { role } }', {}).toPromise()
say('urql', { data: data && data.viewer.role, error: error ? String(error) : null, accepts })
say('done')
process.exit(0)
