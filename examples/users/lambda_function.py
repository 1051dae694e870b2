# lambda_function.py
import json
import boto3
def lambda_handler(event, context):
    user_id = event['queryStringParameters']['userId']
    # In a real scenario, you'd fetch this from a database like DynamoDB
    user_data = {
        "userId": user_id,
        "name": "Jane Doe",
        "email": "jane.doe@example.com"
    }
    return {
        'statusCode': 200,
        'headers': {
            'Content-Type': 'application/json'
        },
        'body': json.dumps(user_data)
    }
