"""The team's systems: one package each, composing components, stating its environment contract, holding its images."""
