"""palma_ai: an agent, FastAPI with LangChain and LangGraph, on Linux machines."""
