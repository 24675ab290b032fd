"""The keeper: saves the API's DuckDB file to a bucket and brings it back. Standard library only."""
