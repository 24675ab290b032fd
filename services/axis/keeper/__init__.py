"""The keeper, beside the API: keeps its DuckDB file in a bucket, fills in its YAML. Standard library only."""
