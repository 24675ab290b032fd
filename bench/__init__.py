"""How fast the program, its plans, deployments, images and tests are, each as a ratio in one run."""
