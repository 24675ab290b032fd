"""Building blocks of the platforms: one entity a file, none of which knows a system."""
