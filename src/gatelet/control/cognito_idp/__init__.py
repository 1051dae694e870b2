"""Cognito user pools' operations (cognito-idp), one file per AWS resource or flow."""
