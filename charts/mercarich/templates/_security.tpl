{{/* Pod security "restricted". */}}

{{- define "mercarich.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user }}
  runAsGroup: {{ .user }}
  fsGroup: {{ .user }}
  fsGroupChangePolicy: OnRootMismatch # else the kubelet walks all pictures before each start
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{- define "mercarich.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities:
    drop: [ALL]
{{- end -}}
