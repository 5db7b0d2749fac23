"""One module per group of addresses; `create_app` includes their routers. Routes know nothing of each other."""
