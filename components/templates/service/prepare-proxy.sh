#!/bin/bash
# What nginx needs before it starts: a certificate and its key, in memory alone, and a port to pass requests to.
set -euo pipefail
umask 077

directory={{ certificates | sh }}
{% if certificate %}
/bin/bash {{ fetch_secret | sh }} {{ certificate[0] | sh }} {{ certificate[1] | sh }} >"$directory/certificate.pem"
/bin/bash {{ fetch_secret | sh }} {{ key[0] | sh }} {{ key[1] | sh }} >"$directory/key.pem"
{% else %}
# Its own, made anew at each start: the load balancer encrypts to it and asks for no name.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj {{ ("/CN=" ~ host) | sh }} \
  -addext {{ ("subjectAltName=DNS:" ~ host) | sh }} -keyout "$directory/key.pem" -out "$directory/certificate.pem" 2>/dev/null
{% endif %}
[[ -s {{ upstream | sh }} ]] || {
  printf 'server 127.0.0.1:{{ ports[0] }} max_fails=0;\n' >{{ upstream | sh }}
  chmod 0644 {{ upstream | sh }}
}
