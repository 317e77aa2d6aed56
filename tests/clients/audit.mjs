// Every audit of `graphql-http`, one line of JSON for each.
import { serverAudits } from 'graphql-http'

const [url, token] = process.argv.slice(2)
const audits = serverAudits({
  url,
  fetchFn: (address, options = {}) =>
    fetch(address, {
      ...options,
      headers: { ...options.headers, authorization: `Bearer ${token}`, 'graphql-require-preflight': '1' },
    }),
})
for (const { id, name, fn } of audits) {
  const { status, reason } = await fn()
  console.log(JSON.stringify({ id, name, status, reason }))
}
