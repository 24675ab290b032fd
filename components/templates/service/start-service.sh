#!/bin/bash
# Becomes gunicorn, with the variables of a port's deployment: start-service.sh PORT.
set -euo pipefail

port="$1"
# What a team's code may read of the address that gunicorn listens on.
export UVICORN_HOST=127.0.0.1 UVICORN_PORT="$port"
while read -r kind variable value; do
  case "$kind" in
    env) export "$variable=$value" ;;
    secret)
      value="$(<{{ runtime | sh }}/"$port"/secrets/"$variable")"
      export "$variable=$value"
      ;;
    *) ;;
  esac
done <{{ state | sh }}/slots/"$port".deployment

export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
cd {{ state | sh }}/slots/"$port"
exec .venv/bin/python -m gunicorn {% for argument in arguments %}{{ argument | sh }} {% endfor %}-b "127.0.0.1:$port"
