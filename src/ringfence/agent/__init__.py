"""The door for agents: the operations they may ask, as tools of the Model Context Protocol."""
