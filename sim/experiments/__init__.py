"""Questions about psync that worlds answer: each file is one, with the command that asks it."""
