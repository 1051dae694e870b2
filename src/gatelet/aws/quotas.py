"""Every number that AWS limits, named once.

Sizes are bytes and times are seconds unless the name says otherwise. The source of each value stands in
the comment beside it; files are those of ``docs/behaviour/``.
"""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

# API Gateway, data plane: apigateway-data-plane section 13
GATEWAY_BODY_BYTES: Final = 10 * MIB
GATEWAY_HEADER_BYTES: Final = 10_240
GATEWAY_URL_CHARACTERS: Final = 10_240
GATEWAY_METHOD_ARN_BYTES: Final = 1_600
INTEGRATION_TIMEOUT_MIN_MS: Final = 50
INTEGRATION_TIMEOUT_MAX_MS: Final = 29_000
GATEWAY_IDLE_SECONDS: Final = 310
STREAMED_RESPONSE_BYTES: Final = 200 * MIB  # lambda-execution section 3: of a function that streams
STREAMED_FREE_BYTES: Final = 6 * MIB  # lambda-execution section 3: before STREAM_BYTES_PER_SECOND counts
STREAM_PRELUDE_BYTES: Final = 16 * KIB  # apigateway-data-plane section 14: the metadata of a streamed response
STREAM_TIMEOUT_MAX_MS: Final = 900_000  # section 14
STREAM_FREE_BYTES: Final = 10 * MIB  # section 14: before the pace counts
STREAM_BYTES_PER_SECOND: Final = 2 * MIB  # section 14
STREAM_IDLE_SECONDS: Final = 300  # section 14: regional APIs

# API Gateway, control plane: apigateway-control-plane sections 1.2, 4.2, 5.6, 6.2, 12
PAGE_LIMIT_DEFAULT: Final = 25
PAGE_LIMIT_MAX: Final = 500
RESOURCES_PER_API: Final = 300
STAGES_PER_API: Final = 10
STAGE_VARIABLES: Final = 100
STAGE_VARIABLE_NAME_CHARACTERS: Final = 64
STAGE_VARIABLE_VALUE_CHARACTERS: Final = 512
MODEL_SCHEMA_BYTES: Final = 400 * KIB
MAPPING_TEMPLATE_BYTES: Final = 300 * KIB
RESOURCE_POLICY_CHARACTERS: Final = 8_192
TAGS_PER_RESOURCE: Final = 50
COMPRESSION_SIZE_MAX: Final = 10_485_760
AUTHORIZER_TTL_DEFAULT: Final = 300
AUTHORIZER_TTL_MAX: Final = 3_600
CACHE_TTL_MAX: Final = 3_600
AUTHORIZERS_PER_API: Final = 10
CACHED_RESPONSE_BYTES: Final = 1_048_576
API_KEYS: Final = 10_000
API_KEY_NAME_CHARACTERS: Final = 1_024
API_KEY_VALUE_MIN_CHARACTERS: Final = 20
API_KEY_VALUE_MAX_CHARACTERS: Final = 128
API_KEY_DESCRIPTION_CHARACTERS: Final = 125_000
USAGE_PLANS: Final = 300
PLANS_PER_API_KEY: Final = 10
METHOD_THROTTLES_PER_STAGE: Final = 20
USAGE_HISTORY_DAYS: Final = 90
ACCOUNT_THROTTLE_RATE: Final = 10_000.0
ACCOUNT_THROTTLE_BURST: Final = 5_000

# Lambda: lambda-control-plane sections 4, 7, 8, 13, 14; lambda-execution sections 1, 2, 7
FUNCTION_NAME_CHARACTERS: Final = 64
FUNCTION_TIMEOUT_MAX: Final = 900
FUNCTION_MEMORY_MAX_MB: Final = 10_240
EPHEMERAL_STORAGE_MIN_MB: Final = 512
EPHEMERAL_STORAGE_MAX_MB: Final = 10_240
ENVIRONMENT_BYTES: Final = 4_096
CODE_ZIPPED_BYTES: Final = 52_428_800
CODE_UNZIPPED_BYTES: Final = 262_144_000
CREATE_FUNCTION_REQUEST_BYTES: Final = 70_167_211
CODE_ENTRIES: Final = 65_535  # of one archive: what a zip without Zip64 can hold
TOTAL_CODE_BYTES: Final = 80_530_636_800
FUNCTION_POLICY_BYTES: Final = 20_480
INVOKE_PAYLOAD_BYTES: Final = 6_291_456
INVOKE_RESPONSE_BYTES: Final = 6_291_556
CLIENT_CONTEXT_BYTES: Final = 3_583
LOG_TAIL_BYTES: Final = 4_096
INIT_SECONDS: Final = 10
CONCURRENT_EXECUTIONS: Final = 1_000
UNRESERVED_CONCURRENCY_MIN: Final = 100
SCALE_OUT_ENVIRONMENTS: Final = 1_000  # of one function, in SCALE_OUT_SECONDS
SCALE_OUT_SECONDS: Final = 10
PROVISIONED_INIT_SECONDS: Final = 130  # or the function's timeout, if that is longer
LAYERS_PER_FUNCTION: Final = 5
ADDITIONAL_VERSION_WEIGHTS: Final = 1
FUNCTION_OPEN_FILES: Final = 1_024
FUNCTION_PROCESSES: Final = 1_024
LAMBDA_PAGE_ITEMS: Final = 50

# Lambda, asynchronous invocations: lambda-execution sections 1, 10, 12; lambda-control-plane section 11
ASYNC_PAYLOAD_BYTES: Final = 1_048_576
INVOKE_ASYNC_BYTES: Final = 262_144  # the deprecated InvokeAsync
ASYNC_RETRIES_MAX: Final = 2
ASYNC_EVENT_AGE_MAX: Final = 21_600
ASYNC_ERROR_RETRY_SECONDS: Final = 60  # before the first retry, twice as long before the second
ASYNC_BACKOFF_SECONDS: Final = 1
ASYNC_BACKOFF_SECONDS_MAX: Final = 300
RECURSIVE_INVOCATIONS: Final = 16
# Ours: what may wait (bytes of events with what goes around them), and how many run side by side
QUEUED_EVENTS: Final = 100_000  # of one function
QUEUED_BYTES: Final = 512 * MIB
QUEUED_EVENTS_IN_ALL: Final = 500_000
QUEUED_BYTES_IN_ALL: Final = 2_048 * MIB
QUEUED_EVENTS_AT_ONCE: Final = 16  # of one function
QUEUED_EVENTS_AT_ONCE_IN_ALL: Final = 256

# CloudWatch Logs: platform-neighbours section 1
LOG_NAME_CHARACTERS: Final = 512
LOG_PUT_BYTES: Final = 1_048_576
LOG_EVENT_OVERHEAD_BYTES: Final = 26
LOG_EVENT_BYTES: Final = 1_048_576
LOG_GROUPS_PAGE: Final = 50
LOG_EVENTS_PAGE: Final = 10_000
LOG_EVENTS_PAGE_BYTES: Final = 1_048_576
LOG_STREAMS_PAGE: Final = 50
LOG_BATCH_SPAN_SECONDS: Final = 24 * 60 * 60
LOG_EVENT_AGE_SECONDS: Final = 14 * 24 * 60 * 60
LOG_EVENT_FUTURE_SECONDS: Final = 2 * 60 * 60
LOG_RETENTION_DAYS: Final = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip

# IAM: identity section 3; IAM User Guide ("IAM and AWS STS quotas")
IAM_PAGE_ITEMS: Final = 100
POLICIES_PER_ROLE: Final = 10
POLICIES_PER_USER: Final = 10
POLICIES_PER_GROUP: Final = 10
POLICY_VERSIONS: Final = 5
ACCESS_KEYS_PER_USER: Final = 2
USERS_PER_ACCOUNT: Final = 5_000
ROLES_PER_ACCOUNT: Final = 1_000
GROUPS_PER_ACCOUNT: Final = 300
POLICIES_PER_ACCOUNT: Final = 1_500
GROUPS_PER_USER: Final = 10
USER_INLINE_POLICY_CHARACTERS: Final = 2_048
GROUP_INLINE_POLICY_CHARACTERS: Final = 5_120

# STS: identity section 3; STS API Reference
SESSION_DEFAULT_SECONDS: Final = 3_600
CHAINED_SESSION_MAX_SECONDS: Final = 3_600
ROOT_SESSION_TOKEN_MAX_SECONDS: Final = 3_600
SESSION_TOKEN_DEFAULT_SECONDS: Final = 43_200
SESSION_POLICY_ARNS: Final = 10
# Ours: AWS packs session policies and tags into a size that it does not publish; they travel in every request
PACKED_SESSION_BYTES: Final = 4_096

# SigV4: identity section 1.2
CLOCK_SKEW_SECONDS: Final = 300
PRESIGNED_EXPIRES_MAX: Final = 604_800

# Ours, not AWS's: how deeply a request's body may nest before it is refused
WIRE_NESTING: Final = 100
# Ours: the form of a query request, whose names become a tree many times its size
QUERY_BODY_BYTES: Final = 1 * MIB

# Tags: AWS General Reference ("Tag naming limits and requirements")
TAG_KEY_CHARACTERS: Final = 128
TAG_VALUE_CHARACTERS: Final = 256

# IAM: IAM User Guide ("IAM and AWS STS quotas"); white space is not counted
TRUST_POLICY_CHARACTERS: Final = 2_048
ROLE_INLINE_POLICY_CHARACTERS: Final = 10_240
MANAGED_POLICY_CHARACTERS: Final = 6_144

# Ours: what a JSONPath may hold and what reading one may cost; a visit is a value looked at, or about as much work
JSONPATH_CHARACTERS: Final = 10_240
JSONPATH_STEPS: Final = 200
JSONPATH_NESTING: Final = 40
JSONPATH_DEPTH: Final = 500
JSONPATH_VISITS: Final = 500_000
JSONPATH_REGEX_STATES: Final = 2_000

# API Gateway, mapping templates: apigateway-mapping-templates section 1
TEMPLATE_LOOP_ITERATIONS: Final = 1_000  # of each #foreach

# Ours: how often a pattern of a model (with look-around or back-references; others are linear) may step back
MODEL_BACKTRACKS: Final = 10_000
MODELS_KEPT: Final = 512  # compiled, of all APIs
# Ours: a body up to here is validated on the event loop; a larger one in a process, for so long at most
VALIDATION_INLINE_BYTES: Final = 64 * KIB
VALIDATION_SECONDS: Final = 5
VALIDATION_IDLE_SECONDS: Final = 60
VALIDATIONS_WAITING: Final = 16

# DynamoDB: platform-neighbours section 2; Developer Guide ("Service, account, and table quotas", "Constraints")
ITEM_BYTES: Final = 400 * KIB
PARTITION_KEY_BYTES: Final = 2_048
SORT_KEY_BYTES: Final = 1_024
VALUE_NESTING: Final = 32
NUMBER_DIGITS: Final = 38
NUMBER_EXPONENT_MAX: Final = 125
NUMBER_EXPONENT_MIN: Final = -130
EXPRESSION_BYTES: Final = 4 * KIB
EXPRESSION_OPERATORS: Final = 300
EXPRESSION_IN_OPERANDS: Final = 100
TABLES_PER_REGION: Final = 2_500
TABLE_TAGS: Final = 50
GLOBAL_INDEXES_PER_TABLE: Final = 20
LOCAL_INDEXES_PER_TABLE: Final = 5
PROJECTED_ATTRIBUTES: Final = 100
TABLES_PAGE: Final = 100
TABLE_PAGE_BYTES: Final = MIB
BATCH_GET_KEYS: Final = 100
BATCH_GET_BYTES: Final = 16 * MIB
BATCH_WRITES: Final = 25
TRANSACTION_BYTES: Final = 4 * MIB
TRANSACTION_TOKEN_SECONDS: Final = 600
DYNAMODB_BODY_BYTES: Final = 17 * MIB  # a batch of 16 MB and what stands around it
MAPPING_FILTERS: Final = 5  # Lambda Developer Guide: filters of an event source mapping
STREAM_RECORD_SECONDS: Final = 24 * 60 * 60
STREAM_PAGE_RECORDS: Final = 1_000
STREAM_PAGE_BYTES: Final = MIB
SHARD_ITERATOR_SECONDS: Final = 15 * 60
TIME_TO_LIVE_YEARS: Final = 5

# Cognito user pools: identity section 4; Cognito Developer Guide ("Quotas in Amazon Cognito", "Lockout behavior")
USER_POOLS: Final = 1_000
POOL_CLIENTS: Final = 1_000
POOL_GROUPS: Final = 10_000
GROUPS_PER_POOL_USER: Final = 100
POOL_CUSTOM_ATTRIBUTES: Final = 50
POOL_RESOURCE_SERVERS: Final = 25
RESOURCE_SERVER_SCOPES: Final = 100
POOL_PAGE: Final = 60
SIGN_UP_CODE_SECONDS: Final = 24 * 60 * 60
PASSWORD_CODE_SECONDS: Final = 60 * 60
CODE_TRIES: Final = 5
CODES_PER_HOUR: Final = 10  # of one user for one purpose: AWS tells of 5 to 20
SIGN_IN_FREE_FAILURES: Final = 5
SIGN_IN_LOCKOUT_SECONDS_MAX: Final = 15 * 60
TEMPORARY_PASSWORD_DAYS: Final = 7
OAUTH_CODE_SECONDS: Final = 5 * 60
TRIGGER_SECONDS: Final = 5
TRIGGER_ATTEMPTS: Final = 3
# Ours: how many passwords may be hashed or proved side by side, and how many wait
PASSWORD_CHECKS_AT_ONCE: Final = 4
PASSWORD_CHECKS_WAITING: Final = 256

# CloudWatch (GetMetricData, GetMetricStatistics, ListMetrics, PutMetricData in its API Reference)
METRIC_MINUTES_SECONDS: Final = 3 * 60 * 60  # ours: AWS keeps minutes for 15 days
METRIC_SECONDS: Final = 15 * 24 * 60 * 60
METRICS: Final = 20_000  # ours, on this host
METRIC_QUERIES: Final = 500
METRIC_DATAPOINTS: Final = 100_800
METRIC_STATISTICS_DATAPOINTS: Final = 1_440
METRICS_PAGE: Final = 500
METRIC_DATA: Final = 1_000
METRIC_VALUES: Final = 150
METRIC_VALUE_EXPONENT: Final = 360
METRIC_PAST_SECONDS: Final = 14 * 24 * 60 * 60
METRIC_FUTURE_SECONDS: Final = 2 * 60 * 60

# Ours: invocations under a debugger
DEBUG_SESSIONS: Final = 8
DEBUG_SECONDS: Final = 8 * 60 * 60
DEBUG_PORT_MIN: Final = 1_024
DEBUG_PORT_MAX: Final = 65_535
