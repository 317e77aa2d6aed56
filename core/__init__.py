"""The domain of Suivi. Nothing in here imports `suivi.graphql`, `suivi.storage` or `suivi.plugins`."""
