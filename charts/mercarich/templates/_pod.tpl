{{/* What every pod and container has in common. */}}

{{- define "mercarich.image" -}}
{{- with .root.Values.image.registry }}{{ . }}/{{ end -}}
{{ .root.Values.image.repository }}-{{ .service }}:{{ default .root.Chart.AppVersion .root.Values.image.tag }}
{{- end -}}

{{/* Pod-level fields; the argument as for labels, with "token" true where the API server is needed, and "claim" the name
of a PersistentVolumeClaim for /data, which with "claimReadOnly" is only read. */}}
{{- define "mercarich.pod" -}}
serviceAccountName: {{ include "mercarich.serviceAccount" . }}
automountServiceAccountToken: {{ default false .token }}
enableServiceLinks: false
terminationGracePeriodSeconds: 60
{{ include "mercarich.podSecurity" (dict "user" 10001) }}
{{- include "mercarich.placement" . }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: {{ default "64Mi" .tmp }}
  {{- with .claim }}
  - name: data
    persistentVolumeClaim:
      claimName: {{ . }}
      {{- if $.claimReadOnly }}
      readOnly: true
      {{- end }}
  {{- end }}
{{- end -}}

{{/* The account of a pod: the operator's own, which may speak to the API server, or that of all others. Not the bare
fullname, which is also the operator's account of a release whose name is longer by "-operator". */}}
{{- define "mercarich.serviceAccount" -}}
{{- include "mercarich.name" (dict "root" .root "component" (ternary "operator" "pods" (default false .token))) -}}
{{- end -}}

{{/* Where pods may be placed, and the credentials of the registry. */}}
{{- define "mercarich.placement" -}}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.pods.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.pods.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.pods.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.pods.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* Replicas of a component keep to different nodes where they can. */}}
{{- define "mercarich.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "mercarich.selector" . | nindent 8 }}
{{- end -}}

{{/* Container-level fields of our own images: image, security, the writable /tmp. The argument with "service". */}}
{{- define "mercarich.container" -}}
image: {{ include "mercarich.image" . }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
{{ include "mercarich.containerSecurity" . }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- if .claim }}
  - name: data
    mountPath: /data
    {{- if .claimReadOnly }}
    readOnly: true
    {{- end }}
  {{- end }}
{{- end -}}

{{/* An init container of the same image: waits until the migrations Job has brought the schema. */}}
{{- define "mercarich.waitForSchema" -}}
initContainers:
  - name: wait-for-schema
    {{- include "mercarich.container" . | nindent 4 }}
    command: [mercarich, db, wait, --seconds, {{ .root.Values.jobs.waitSeconds | quote }}]
    env:
      {{- include "mercarich.databaseEnv" .root | nindent 6 }}
      {{- include "mercarich.logEnv" .root | nindent 6 }}
    resources:
      {{- toYaml .root.Values.jobs.resources | nindent 6 }}
{{- end -}}

{{/* Alive by /healthz of port "metrics" or "http"; neither asks whether the broker or the database answers. */}}
{{- define "mercarich.liveness" -}}
startupProbe:
  httpGet: {path: /healthz, port: {{ .portName }}}
  periodSeconds: 2
  failureThreshold: 150
livenessProbe:
  httpGet: {path: /healthz, port: {{ .portName }}}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}
