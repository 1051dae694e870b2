"""How a request becomes the event of a function, and the function's answer a response."""
