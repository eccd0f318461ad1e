{{/* A proxy: Deployment, Service, PodDisruptionBudget.
The argument: root, component, access, service, market, prefix, port, values, own. */}}

{{- define "mercarich.proxy" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "mercarich.name" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "mercarich.labels" . | nindent 4 }}
  {{- include "mercarich.annotations" (dict "root" .root) }}
spec:
  # All replicas share the marketplace's budget, through the database.
  replicas: {{ .values.replicas }}
  revisionHistoryLimit: 3
  strategy:
    # One after the other: a further replica would be one more connection to the database.
    rollingUpdate:
      maxSurge: 0
      maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "mercarich.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "mercarich.podLabels" . | nindent 8 }}
      {{- with include "mercarich.podAnnotations" (merge (dict "monitor" "serviceMonitor") .) | trim }}
      {{- . | nindent 6 }}
      {{- end }}
    spec:
      {{- include "mercarich.pod" . | nindent 6 }}
      {{- include "mercarich.waitForSchema" . | nindent 6 }}
      containers:
        - name: proxy
          {{- include "mercarich.container" . | nindent 10 }}
          args: [serve, --host, 0.0.0.0, --port, {{ .port | quote }}]
          env:
            {{- include "mercarich.proxyEnv" . | nindent 12 }}
            {{- include "mercarich.extraEnv" (dict "of" . "indent" 12) }}
          ports:
            - name: http
              containerPort: {{ .port }}
          {{- include "mercarich.liveness" (dict "portName" "http") | nindent 10 }}
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
          lifecycle:
            preStop:
              # Until every node has taken the pod out of the Service.
              sleep: {seconds: 5}
          resources:
            {{- toYaml .values.resources | nindent 12 }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "mercarich.name" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "mercarich.labels" . | nindent 4 }}
  {{- include "mercarich.annotations" (dict "root" .root) }}
spec:
  selector:
    {{- include "mercarich.selector" . | nindent 4 }}
  ports:
    - name: http
      port: {{ .port }}
      targetPort: http
{{- include "mercarich.disruptionBudget" . }}
{{- end -}}
