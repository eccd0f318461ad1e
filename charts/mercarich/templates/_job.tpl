{{/* A Job that is named by its content: the same release is the same Job, a changed one is a new Job.
The argument: root, component, access, service, command, env, wait (true: an init container waits for the schema),
seconds (what the work itself may take, 300). */}}

{{- define "mercarich.job" -}}
{{- $spec := include "mercarich.jobSpec" . -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "mercarich.name" . }}-{{ sha256sum $spec | trunc 8 }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "mercarich.labels" . | nindent 4 }}
  {{- include "mercarich.annotations" (dict "root" .root) }}
spec:
  {{- $spec | nindent 2 }}
{{- end -}}

{{- define "mercarich.jobSpec" -}}
backoffLimit: 6
activeDeadlineSeconds: {{ add (default 300 .seconds | int) (.root.Values.jobs.waitSeconds | int) (ternary (.root.Values.jobs.waitSeconds | int) 0 (default false .wait)) }}
template:
  metadata:
    labels:
      {{- include "mercarich.podLabels" . | nindent 6 }}
    {{- with include "mercarich.podAnnotations" (merge (dict "port" 0) .) | trim }}
    {{- . | nindent 4 }}
    {{- end }}
  spec:
    restartPolicy: Never
    {{- include "mercarich.pod" . | nindent 4 }}
    {{- if .wait }}
    {{- include "mercarich.waitForSchema" . | nindent 4 }}
    {{- end }}
    containers:
      - name: job
        {{- include "mercarich.container" . | nindent 8 }}
        command: {{ toJson .command }}
        env:
          {{- include .env .root | nindent 10 }}
          {{- include "mercarich.extraEnv" (dict "of" . "indent" 10) }}
        resources:
          {{- toYaml .root.Values.jobs.resources | nindent 10 }}
{{- end -}}
