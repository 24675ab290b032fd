"""memorise: a recommender for visitors of a collection, and the engine that brings the collection in."""
