{{/* What every pod and container has in common. */}}

{{- define "mercarich.image" -}}
{{- with .root.Values.image.registry }}{{ . }}/{{ end -}}
{{ .root.Values.image.repository }}-{{ .service }}:{{ default .root.Chart.AppVersion .root.Values.image.tag }}
{{- with index .root.Values.image.digests .service }}@{{ . }}{{ end }}
{{- end -}}

{{/* Pod-level fields; the argument as for labels, with "token" true where the API server is needed, and "claim" the name
of a PersistentVolumeClaim for /data, which with "claimReadOnly" is only read. */}}
{{- define "mercarich.pod" -}}
serviceAccountName: {{ include "mercarich.serviceAccount" . }}
automountServiceAccountToken: {{ default false .token }}
enableServiceLinks: false
terminationGracePeriodSeconds: 60
{{ include "mercarich.podSecurity" (dict "root" .root "user" 10001) }}
{{- include "mercarich.placement" . }}
{{- with (include "mercarich.podsOf" . | fromJson).dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
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
  {{- with .root.Values.caBundle }}
  {{- if or .existingConfigMap .existingSecret }}
  - name: ca-bundle
    {{- if .existingConfigMap }}
    configMap:
      name: {{ .existingConfigMap }}
    {{- else }}
    secret:
      secretName: {{ .existingSecret }}
    {{- end }}
      items: [{key: {{ .key }}, path: ca.crt}]
  {{- end }}
  {{- end }}
  {{- with include "mercarich.kafkaFiles" . | fromJsonArray }}
  - name: kafka
    projected:
      sources:
        {{- toYaml . | nindent 8 }}
  {{- end }}
  {{- with (include "mercarich.podsOf" . | fromJson).extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* The account of a pod: the operator's own, which may speak to the API server, or that of all others. Not the bare
fullname, which is also the operator's account of a release whose name is longer by "-operator". */}}
{{- define "mercarich.serviceAccount" -}}
{{- $own := ternary .root.Values.operator.serviceAccount .root.Values.serviceAccount (default false .token) -}}
{{- default (include "mercarich.name" (dict "root" .root "component" (ternary "operator" "pods" (default false .token)))) $own.name -}}
{{- end -}}

{{/* What a person gave for the pods of a component, as JSON: `pods` of all, and `own`, which is the component's.
A variable or volume of the component replaces that of the same name, and a mount that at the same path. */}}
{{- define "mercarich.podsOf" -}}
{{- $all := .root.Values.pods -}}
{{- $own := default dict .own -}}
{{- $of := dict -}}
{{- range list "labels" "annotations" "nodeSelector" -}}
{{- $_ := set $of . (merge (dict) (default dict (index $own .)) (index $all .)) -}}
{{- end -}}
{{- range $name, $key := dict "tolerations" "" "extraEnvFrom" "" "extraEnv" "name" "extraVolumes" "name" "extraVolumeMounts" "mountPath" -}}
{{- $items := default list (index $own $name) -}}
{{- $replaced := list -}}
{{- if $key -}}
{{- range $items -}}
{{- $replaced = append $replaced (index . $key) -}}
{{- end -}}
{{- end -}}
{{- $kept := list -}}
{{- range index $all $name -}}
{{- if not (and $key (has (index . $key) $replaced)) -}}
{{- $kept = append $kept . -}}
{{- end -}}
{{- end -}}
{{- $_ := set $of $name (concat $kept $items) -}}
{{- end -}}
{{- range list "affinity" "topologySpreadConstraints" "dnsConfig" -}}
{{- $_ := set $of . (default (index $all .) (index $own .)) -}}
{{- end -}}
{{- $class := index .root.Values.priorityClasses (include "mercarich.rank" .) -}}
{{- $_ := set $of "priorityClassName" (coalesce $own.priorityClassName $class $all.priorityClassName) -}}
{{- toJson $of -}}
{{- end -}}

{{/* Which of priorityClasses a pod has: first what sees a source go and withdraws its offer, and what that needs; last
the searches. */}}
{{- define "mercarich.rank" -}}
{{- if has .access (list "updater" "jobs") -}}low
{{- else if has .access (list "pages" "notices" "oauth" "seed" "simulator") -}}normal
{{- else -}}high
{{- end -}}
{{- end -}}

{{/* Where pods may be placed, and the credentials of the registry. */}}
{{- define "mercarich.placement" -}}
{{- $pods := include "mercarich.podsOf" . | fromJson -}}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pods.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pods.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pods.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pods.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- /* By default, replicas of a component keep to different nodes where they can. */}}
{{- $apart := list (dict "maxSkew" 1 "topologyKey" "kubernetes.io/hostname" "whenUnsatisfiable" "ScheduleAnyway") }}
{{- $constraints := list }}
{{- range default $apart $pods.topologySpreadConstraints }}
{{- $constraints = append $constraints (set . "labelSelector" (default (dict "matchLabels" (include "mercarich.selector" $ | fromYaml)) .labelSelector)) }}
{{- end }}
topologySpreadConstraints:
  {{- toYaml $constraints | nindent 2 }}
{{- end -}}

{{/* Container-level fields of our own images: image, security, the writable /tmp. The argument with "service". */}}
{{- define "mercarich.container" -}}
image: {{ include "mercarich.image" . }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
{{ include "mercarich.containerSecurity" . }}
{{- with (include "mercarich.podsOf" . | fromJson).extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
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
  {{- if or .root.Values.caBundle.existingConfigMap .root.Values.caBundle.existingSecret }}
  - name: ca-bundle
    mountPath: /etc/mercarich/ca
    readOnly: true
  {{- end }}
  {{- if include "mercarich.kafkaFiles" . | fromJsonArray }}
  - name: kafka
    mountPath: /etc/mercarich/kafka
    readOnly: true
  {{- end }}
  {{- with (include "mercarich.podsOf" . | fromJson).extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Variables that a person gave to the containers of a component; the argument: of (as for mercarich.pod), indent. */}}
{{- define "mercarich.extraEnv" -}}
{{- with (include "mercarich.podsOf" .of | fromJson).extraEnv }}
{{- toYaml . | nindent $.indent }}
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
      {{- include "mercarich.extraEnv" (dict "of" . "indent" 6) }}
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

{{/* Ready by /readyz, of what no Service leads to: a rollout and `helm --wait` go by it, and `mercarich pools`. The first
answer counts: it comes within minReadySeconds, and nothing is lost when a pod counts as not ready for a moment. */}}
{{- define "mercarich.readiness" -}}
readinessProbe:
  httpGet: {path: /readyz, port: {{ .portName }}}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 1
{{- end -}}
