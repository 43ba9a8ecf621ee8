#!/usr/bin/env bash
# The check of the GitHub Action: annotations for the job, a summary for its page and, if asked for, SARIF.
#
# CHECK_PATHS has a path a line, CHECK_ARGUMENTS has words, CHECK_SARIF is `true` or not; the rest comes from the runner.
set -euo pipefail

arguments=(--check --output-format github)
summary=$RUNNER_TEMP/antipasta-summary.md
sarif=$RUNNER_TEMP/antipasta.sarif
rm -f "$summary" "$sarif"
arguments+=(--output-format "markdown:$summary")
if [ "$CHECK_SARIF" = true ]; then
    arguments+=(--output-format "sarif:$sarif")
fi
# They are words; nothing else in them is for a shell. The old bash of macOS takes an array without any for an unset one.
read -r -d '' -a words <<<"$CHECK_ARGUMENTS" || true
arguments+=(${words[@]+"${words[@]}"})
while IFS= read -r path; do
    if [ -n "$path" ]; then
        arguments+=("$path")
    fi
done <<<"$CHECK_PATHS"

status=0
antipasta-lsp "${arguments[@]}" || status=$?
# If the check could not be run, there are none.
if [ -f "$summary" ]; then
    cat "$summary" >>"$GITHUB_STEP_SUMMARY"
fi
if [ -f "$sarif" ]; then
    echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
fi
exit "$status"
