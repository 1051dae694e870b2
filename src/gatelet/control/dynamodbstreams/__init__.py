"""DynamoDB Streams: a service of its own on the wire, with DynamoDB's signing name."""
