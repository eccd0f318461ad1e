{{/* A pool's Deployment and PodDisruptionBudget. No replicas: the operator's HPA owns their number.
The argument: root, component, access, service, args, settingsKey, values, own, topic, group, connections, env, and claim
where pictures are needed. */}}

{{- define "mercarich.worker" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "mercarich.name" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "mercarich.labels" . | nindent 4 }}
    mercarich.dev/worker-pool: {{ .component }}
  {{- $own := dict
    "mercarich.dev/settings-key" .settingsKey
    "mercarich.dev/bounds" (printf "%d..%d" (int .values.bounds.min) (int .values.bounds.max))
    "mercarich.dev/topic" .topic
    "mercarich.dev/group" .group
    "mercarich.dev/per-replica-target" (toString .values.perReplicaTarget)
    "mercarich.dev/connections" (toString .connections) }}
  {{- include "mercarich.annotations" (dict "root" .root "own" $own) }}
spec:
  revisionHistoryLimit: 3
  # A new worker takes records for so long before an old one ends: what rejects them all is not ready by then.
  minReadySeconds: 20
  strategy:
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels:
      {{- include "mercarich.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "mercarich.podLabels" . | nindent 8 }}
      {{- with include "mercarich.podAnnotations" (merge (dict "port" 9100 "monitor" "podMonitor") .) | trim }}
      {{- . | nindent 6 }}
      {{- end }}
    spec:
      {{- include "mercarich.pod" . | nindent 6 }}
      {{- include "mercarich.waitForSchema" . | nindent 6 }}
      containers:
        - name: worker
          {{- include "mercarich.container" . | nindent 10 }}
          args: {{ toJson .args }}
          env:
            {{- include .env .root | nindent 12 }}
            {{- with include "mercarich.picturesEnv" . | trim }}
            {{- . | nindent 12 }}
            {{- end }}
            - name: MERCARICH_METRICS_PORT
              value: "9100"
            {{- include "mercarich.extraEnv" (dict "of" . "indent" 12) }}
          ports:
            - name: metrics
              containerPort: 9100
          {{- include "mercarich.liveness" (dict "portName" "metrics") | nindent 10 }}
          {{- include "mercarich.readiness" (dict "portName" "metrics") | nindent 10 }}
          resources:
            {{- toYaml (default .resources .values.resources) | nindent 12 }}
{{- include "mercarich.disruptionBudget" . }}
{{- end -}}

{{- define "mercarich.disruptionBudget" }}
{{- if .root.Values.podDisruptionBudget.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "mercarich.name" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "mercarich.labels" . | nindent 4 }}
  {{- include "mercarich.annotations" (dict "root" .root) }}
spec:
  # Not minAvailable: one replica of one would make every drain wait for ever.
  maxUnavailable: 1
  # While the broker or the database is away no pod is ready, and none does any work: nodes can be drained all the same.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "mercarich.selector" . | nindent 6 }}
{{- end }}
{{- end -}}
