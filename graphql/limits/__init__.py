"""What a document may ask for: measured in one pass before anything else looks at it."""
