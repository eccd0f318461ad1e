{{/* Pod security "restricted". */}}

{{- define "mercarich.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  {{- /* OpenShift gives each namespace a range of users, and refuses any other. */}}
  {{- if not .root.Values.openshift.enabled }}
  runAsUser: {{ .user }}
  runAsGroup: {{ .user }}
  fsGroup: {{ .user }}
  {{- end }}
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
