{{/* Names and labels. The scaffold of `helm create`, with the component added. */}}

{{- define "mercarich.fullname" -}}
{{- $chart := default .Chart.Name .Values.nameOverride -}}
{{- $release := .Release.Name -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else -}}
{{- $full := ternary $release (printf "%s-%s" $release $chart) (contains $chart $release) -}}
{{- /* A release "shop" has the name shop-mercarich already; no Service has dots, or a digit first. */ -}}
{{- if or (hasSuffix (printf "-%s" $chart) $release) (gt (len $full) 40) (not (regexMatch "^[a-z][a-z0-9-]*$" $full)) -}}
{{- $full = printf "%s-%s" ($full | replace "." "-" | trunc 29 | trimSuffix "-") (sha256sum $release | trunc 8) -}}
{{- end -}}
{{- regexReplaceAll "^([0-9])" $full "r-${1}" -}}
{{- end -}}
{{- end -}}

{{/* The name of an object of a component. The argument: (dict "root" $ "component" "feed"), with "limit" where the name
may not have 63 characters. A longer name loses the end of the release's, never that of the component. */}}
{{- define "mercarich.name" -}}
{{- $full := include "mercarich.fullname" .root -}}
{{- $over := sub (add (len $full) 1 (len .component)) (default 63 .limit) -}}
{{- if gt $over 0 -}}
{{- $full = printf "%s-%s" (trunc (sub (len $full) (add $over 9) | int) $full | trimSuffix "-") (sha256sum $full | trunc 8) -}}
{{- end -}}
{{- printf "%s-%s" $full .component -}}
{{- end -}}

{{- define "mercarich.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "mercarich.labels" -}}
{{ include "mercarich.selector" . }}
app.kubernetes.io/part-of: mercarich
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
mercarich.dev/release: {{ .root.Release.Name | quote }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The annotations of an object: its own, and those that a person gave to all. The argument: root, own (may be missing). */}}
{{- define "mercarich.annotations" -}}
{{- with merge (dict) (default dict .own) .root.Values.commonAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
{{- end }}
{{- end -}}

{{/* Labels of a pod. mercarich.dev/access is what NetworkPolicies go by: pods of one access may reach the same things. */}}
{{- define "mercarich.podLabels" -}}
{{ include "mercarich.selector" . }}
app.kubernetes.io/part-of: mercarich
mercarich.dev/access: {{ .access }}
{{- with (include "mercarich.podsOf" . | fromJson).labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Annotations of a pod that serves /metrics at .port; 0 for none. */}}
{{- define "mercarich.podAnnotations" -}}
{{- $annotations := (include "mercarich.podsOf" . | fromJson).annotations -}}
{{- if and .port .root.Values.monitoring.annotations (ne "true" (include "mercarich.monitored" .)) -}}
{{- $_ := merge $annotations (dict "prometheus.io/scrape" "true" "prometheus.io/port" (toString .port) "prometheus.io/path" "/metrics") -}}
{{- end -}}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* "true" where a monitor of the Prometheus operator finds the pod: .monitor is podMonitor or serviceMonitor. */}}
{{- define "mercarich.monitored" -}}
{{- $flag := index .root.Values.monitoring .monitor -}}
{{- and $flag.enabled (.root.Capabilities.APIVersions.Has "monitoring.coreos.com/v1") -}}
{{- end -}}

{{/* The pods of one access in this release. */}}
{{- define "mercarich.access" -}}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
mercarich.dev/access: {{ .access }}
{{- end -}}
