#!/usr/bin/env bash
# What both CI templates do: run, show the summary, let the gate decide where there is a policy.
# Reads TARGET and ONLY (one a line), STRICT, POLICY, BASELINE, OUT from the environment.
set -uo pipefail

words=()
while IFS= read -r line; do [ -z "$line" ] || words+=(--target "$line"); done <<< "${TARGET:-}"
while IFS= read -r line; do [ -z "$line" ] || words+=(--only "$line"); done <<< "${ONLY:-}"
[ "${STRICT:-false}" != true ] || words+=(--strict)

flexcheck run --out "$OUT" ${words[@]+"${words[@]}"}
code=$?

summary=${GITHUB_STEP_SUMMARY:-/dev/null}
[ ! -f "$OUT/summary.md" ] || cat "$OUT/summary.md" >> "$summary"
[ -z "${GITHUB_OUTPUT:-}" ] || echo "exit-code=$code" >> "$GITHUB_OUTPUT"

# A usage error or a bug of flexcheck is never for the gate to accept.
if [ -n "${POLICY:-}" ] && [ "$code" -ne 2 ] && [ "$code" -ne 4 ]; then
  gate=(flexcheck gate "$OUT" --policy "$POLICY")
  [ -z "${BASELINE:-}" ] || gate+=(--baseline "$BASELINE")
  answer=$("${gate[@]}")
  code=$?
  printf '%s\n' "$answer"
  { echo '```'; printf '%s\n' "$answer"; echo '```'; } >> "$summary"
fi
exit "$code"
