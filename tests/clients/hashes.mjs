// Apollo's link that sends hashes first: its own, and those that graphql-codegen put into a manifest.
import { createHash } from 'node:crypto'
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'

const [uri, token, caseId] = process.argv.slice(2)
const say = (what, told = null) => console.log(JSON.stringify({ what, told }))
const headers = { authorization: `Bearer ${token}` }
const sent = []
const seen = (address, options) => {
  const { query, extensions } = JSON.parse(options.body)
  sent.push([query !== undefined, extensions !== undefined])
  return fetch(address, options)
}
const ask = async (link, query, variables) => {
  sent.length = 0
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: link.concat(new HttpLink({ uri, headers, fetch: seen })),
  })
  try {
    return { data: (await client.query({ query, variables })).data, sent: [...sent] }
  } catch (error) {
    return { codes: CombinedGraphQLErrors.is(error) ? error.errors.map(({ extensions }) => extensions.code) : [String(error)] }
  }
}
const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const { AnythingDocument } = await import('./codegen/out/generated/graphql.js')
const known = new PersistedQueryLink({ generateHash: () => AnythingDocument.__meta__.hash })
say('known', await ask(known, AnythingDocument, { id: caseId }))
const hashing = new PersistedQueryLink({ sha256 })
say('unknown', await ask(hashing, gql`{ viewer { role } }`))
say('again', await ask(hashing, gql`{ viewer { role } }`))
say('done')
