"""The clusters that systems share: made here or there before, each with a way in from outside."""
