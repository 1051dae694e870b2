"""Who is calling: principals, the credentials they sign with, and the sessions of roles."""
