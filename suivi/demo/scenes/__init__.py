"""The steps of the story, by what they are about."""
