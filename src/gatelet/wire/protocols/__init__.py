"""One module per wire protocol, and the walks over shapes that they share."""
