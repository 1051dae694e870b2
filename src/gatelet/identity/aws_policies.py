"""The managed policies that AWS brings to every account, as far as a REST platform's users attach them.

Names, ARNs, documents and dates as AWS publishes them (AWS Managed Policy Reference Guide, read in November 2026
for most of those of Lambda, API Gateway and X-Ray; AWS changes PowerUserAccess, AmazonDynamoDBFullAccess and
CloudWatchLogsFullAccess more often than this list). ReadOnlyAccess is cut to the services that Gatelet knows:
AWS's own lists thousands of actions. The unique ids are ours.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gatelet.identity.model import PolicyDocument

_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_XRAY = (
    *("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules"),
    *("xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"),
)
_POWER_USER = (
    *("account:GetAccountInformation", "account:GetGovCloudAccountInformation", "account:GetPrimaryEmail"),
    *("account:ListRegions", "iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles"),
    *("organizations:DescribeEffectivePolicy", "organizations:DescribeOrganization"),
)
_LAMBDA = (
    *("cloudformation:DescribeStacks", "cloudformation:ListStackResources", "cloudwatch:ListMetrics"),
    *("cloudwatch:GetMetricData", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
    *("kms:ListAliases", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy"),
    *("iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:ListRoles", "lambda:*"),
    *("logs:DescribeLogGroups", "states:DescribeStateMachine", "states:ListStateMachines"),
    *("tag:GetResources", "xray:GetTraceSummaries", "xray:BatchGetTraces"),
)
_LAMBDA_LOGS = (
    *("logs:DescribeLogStreams", "logs:GetLogEvents", "logs:FilterLogEvents"),
    *("logs:StartLiveTail", "logs:StopLiveTail"),
)
_DYNAMODB = (
    *("dynamodb:*", "dax:*", "application-autoscaling:DeleteScalingPolicy"),
    *("application-autoscaling:DeregisterScalableTarget", "application-autoscaling:DescribeScalableTargets"),
    *("application-autoscaling:DescribeScalingActivities", "application-autoscaling:DescribeScalingPolicies"),
    *("application-autoscaling:PutScalingPolicy", "application-autoscaling:RegisterScalableTarget"),
    *("cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms"),
    *("cloudwatch:DescribeAlarmsForMetric", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"),
    *("cloudwatch:PutMetricAlarm", "cloudwatch:GetMetricData", "datapipeline:ActivatePipeline"),
    *("datapipeline:CreatePipeline", "datapipeline:DeletePipeline", "datapipeline:DescribeObjects"),
    *("datapipeline:DescribePipelines", "datapipeline:GetPipelineDefinition", "datapipeline:ListPipelines"),
    *("datapipeline:PutPipelineDefinition", "datapipeline:QueryObjects", "ec2:DescribeVpcs"),
    *("ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "iam:GetRole", "iam:ListRoles"),
    *("kms:DescribeKey", "kms:ListAliases", "sns:CreateTopic", "sns:DeleteTopic", "sns:ListSubscriptions"),
    *("sns:ListSubscriptionsByTopic", "sns:ListTopics", "sns:Subscribe", "sns:Unsubscribe"),
    *("sns:SetTopicAttributes", "lambda:CreateFunction", "lambda:ListFunctions"),
    *("lambda:ListEventSourceMappings", "lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping"),
    *("lambda:GetFunctionConfiguration", "lambda:DeleteFunction", "resource-groups:ListGroups"),
    *("resource-groups:ListGroupResources", "resource-groups:GetGroup", "resource-groups:GetGroupQuery"),
    *("resource-groups:DeleteGroup", "resource-groups:CreateGroup", "tag:GetResources"),
    *("kinesis:ListStreams", "kinesis:DescribeStream", "kinesis:DescribeStreamSummary"),
)
_DYNAMODB_PASS_ROLE = ("application-autoscaling.amazonaws.com", "application-autoscaling.amazonaws.com.cn",
    "dax.amazonaws.com")  # fmt: skip
_DYNAMODB_LINKED_ROLES = ("replication.dynamodb.amazonaws.com", "dax.amazonaws.com",
    "dynamodb.application-autoscaling.amazonaws.com", "contributorinsights.dynamodb.amazonaws.com",
    "kinesisreplication.dynamodb.amazonaws.com")  # fmt: skip
_READ_ONLY = (
    *("apigateway:GET", "cloudformation:Describe*", "cloudformation:Get*", "cloudformation:List*"),
    *("cognito-idp:Describe*", "cognito-idp:Get*", "cognito-idp:List*", "dynamodb:BatchGet*"),
    *("dynamodb:Describe*", "dynamodb:Get*", "dynamodb:List*", "dynamodb:Query", "dynamodb:Scan"),
    *("iam:Get*", "iam:List*", "iam:Simulate*", "lambda:Get*", "lambda:List*", "logs:Describe*"),
    *("logs:FilterLogEvents", "logs:Get*", "logs:ListTagsLogGroup", "s3:Get*", "s3:List*"),
    *("ssm:Describe*", "ssm:Get*", "ssm:List*", "sts:GetCallerIdentity"),
)
_PUSH_LOGS = (
    *("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams"),
    *("logs:PutLogEvents", "logs:GetLogEvents", "logs:FilterLogEvents"),
)


def _allow(actions: Sequence[str], resource: str = "*", **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **members}


def _policy(
    name: str,
    created: str,
    *statements: Mapping[str, Any],
    path: str = "/",
    version: str = "v1",
    edited: str | None = None,
) -> PolicyDocument:
    unique = base64.b32encode(hashlib.sha256(name.encode()).digest()).decode()[:17]
    return {
        "policy": {
            "PolicyName": name,
            "PolicyId": f"ANPA{unique}",
            "Arn": f"arn:aws:iam::aws:policy{path}{name}",
            "Path": path,
            "DefaultVersionId": version,
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": True,
            "CreateDate": _moment(created),
            "UpdateDate": _moment(edited or created),
        },
        "document": json.dumps({"Version": "2012-10-17", "Statement": statements}),
        "tags": {},
    }


def _moment(date: str) -> int:
    return int(datetime.fromisoformat(date).timestamp())


def _service_role(
    name: str, created: str, actions: Sequence[str], version: str = "v1", edited: str | None = None, **members: Any
) -> PolicyDocument:
    return _policy(name, created, _allow(actions, **members), path="/service-role/", version=version, edited=edited)


def _when(key: str, operator: str, *services: str) -> dict[str, Any]:
    return {operator: {key: list(services)}}


_ALL = (
    _policy("AdministratorAccess", "2015-02-06T18:39:46Z", _allow(("*",))),
    _policy(
        "PowerUserAccess",
        "2015-02-06T18:39:47Z",
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
        _allow(_POWER_USER),
        version="v12",
    ),
    _policy("ReadOnlyAccess", "2015-02-06T18:39:48Z", _allow(_READ_ONLY)),
    _policy(
        "AWSLambda_FullAccess",
        "2020-11-17T21:14:00Z",
        _allow(_LAMBDA),
        _allow(("iam:PassRole",), Condition=_when("iam:PassedToService", "StringEquals", "lambda.amazonaws.com")),
        _allow(_LAMBDA_LOGS, "arn:aws:logs:*:*:log-group:/aws/lambda/*"),
        version="v2",
        edited="2025-03-17T21:37:00Z",
    ),
    _policy(
        "AmazonDynamoDBFullAccess",
        "2015-02-06T18:40:11Z",
        _allow(_DYNAMODB),
        _allow(
            ("cloudwatch:GetInsightRuleReport",), "arn:aws:cloudwatch:*:*:insight-rule/DynamoDBContributorInsights*"
        ),
        _allow(("iam:PassRole",), Condition=_when("iam:PassedToService", "StringLike", *_DYNAMODB_PASS_ROLE)),
        _allow(
            ("iam:CreateServiceLinkedRole",),
            Condition=_when("iam:AWSServiceName", "StringEquals", *_DYNAMODB_LINKED_ROLES),
        ),
        version="v15",
    ),
    _policy(
        "AmazonAPIGatewayInvokeFullAccess",
        "2015-07-09T17:36:12Z",
        _allow(("execute-api:Invoke", "execute-api:ManageConnections"), "arn:aws:execute-api:*:*:*"),
    ),
    _policy("CloudWatchLogsFullAccess", "2015-02-06T18:40:02Z", _allow(("logs:*", "cloudwatch:GenerateQuery"))),
    _policy(
        "AWSXRayDaemonWriteAccess",
        "2018-08-28T23:00:33Z",
        _allow(_XRAY, Sid="AWSXRayDaemonWriteAccess"),
        version="v2",
        edited="2024-02-13T21:58:00Z",
    ),
    _policy(
        "AWSXrayWriteOnlyAccess", "2016-12-01T18:19:53Z", _allow(_XRAY), version="v2", edited="2018-08-28T23:03:00Z"
    ),
    _service_role("AWSLambdaBasicExecutionRole", "2015-04-09T15:03:43Z", _LOGS),
    _service_role(
        "AWSLambdaVPCAccessExecutionRole",
        "2016-02-11T23:15:26Z",
        (
            *_LOGS,
            *("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"),
            *("ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
        ),
        "v3",
        edited="2024-01-05T22:38:00Z",
        Sid="AWSLambdaVPCAccessExecutionPermissions",
    ),
    _service_role("AWSLambdaRole", "2015-02-06T18:41:28Z", ("lambda:InvokeFunction",)),
    _service_role(
        "AWSLambdaSQSQueueExecutionRole",
        "2018-06-14T21:50:45Z",
        ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", *_LOGS),
    ),
    _service_role(
        "AWSLambdaDynamoDBExecutionRole",
        "2015-04-09T15:09:29Z",
        (
            *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
            *("dynamodb:ListStreams", *_LOGS),
        ),
    ),
    _service_role(
        "AWSLambdaKinesisExecutionRole",
        "2015-04-09T15:14:16Z",
        (
            *("kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords"),
            *("kinesis:GetShardIterator", "kinesis:ListShards", "kinesis:ListStreams"),
            *("kinesis:SubscribeToShard", *_LOGS),
        ),
        "v2",
        edited="2018-11-19T20:09:00Z",
    ),
    _service_role("AmazonAPIGatewayPushToCloudWatchLogs", "2015-11-11T23:41:46Z", _PUSH_LOGS),
)

AWS_POLICIES: Mapping[str, PolicyDocument] = {document["policy"]["Arn"]: document for document in _ALL}
"""By ARN."""
