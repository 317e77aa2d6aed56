// What relay-compiler reads: pages that go on, objects fetched again by their id, and what a mutation answers.
import { graphql } from 'relay-runtime'

graphql`
  query CaseScreenQuery($id: ID!) {
    case(id: $id) @catch {
      id
      state
      ...CaseScreen_messages
    }
  }
`

graphql`
  fragment CaseScreen_messages on Case
  @argumentDefinitions(count: { type: "Int", defaultValue: 1 }, cursor: { type: "String" })
  @refetchable(queryName: "CaseScreenMessagesQuery") {
    messages(first: $count, after: $cursor) @connection(key: "CaseScreen_messages") {
      edges { node { id body ...CaseScreen_line } }
    }
  }
`

graphql`
  fragment CaseScreen_line on Message @refetchable(queryName: "CaseScreenLineQuery") {
    language
    sentAt
    case { id }
  }
`

graphql`
  query CaseScreenInboxQuery($state: CaseState) {
    cases(first: 10, state: $state) @connection(key: "CaseScreenInbox_cases", filters: ["state"]) {
      edges { node { id ...CaseScreen_messages @arguments(count: 2) } }
    }
  }
`

graphql`
  mutation CaseScreenPostMutation($input: PostMessageInput!) {
    postMessage(input: $input) {
      __typename
      ... on Message { id body ...CaseScreen_line @alias }
      ... on Refusal { code message }
    }
  }
`

graphql`
  subscription CaseScreenPostedSubscription($id: ID!) {
    messagePosted(caseId: $id) { id body ...CaseScreen_line }
  }
`
