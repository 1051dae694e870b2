"""DynamoDB, except its streams (``control/dynamodbstreams``)."""
