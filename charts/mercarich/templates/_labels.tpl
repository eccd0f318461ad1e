{{/* Names and labels. The scaffold of `helm create`, with the component added. */}}

{{- define "mercarich.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The name of an object of a component. The argument: (dict "root" $ "component" "feed"). */}}
{{- define "mercarich.name" -}}
{{- printf "%s-%s" (include "mercarich.fullname" .root) .component | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "mercarich.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "mercarich.labels" -}}
{{ include "mercarich.selector" . }}
app.kubernetes.io/part-of: mercarich
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Labels of a pod. mercarich.dev/access is what NetworkPolicies go by: pods of one access may reach the same things. */}}
{{- define "mercarich.podLabels" -}}
{{ include "mercarich.selector" . }}
app.kubernetes.io/part-of: mercarich
mercarich.dev/access: {{ .access }}
{{- with .root.Values.pods.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Annotations of a pod that serves /metrics at .port; 0 for none. */}}
{{- define "mercarich.podAnnotations" -}}
{{- $annotations := deepCopy .root.Values.pods.annotations -}}
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
app.kubernetes.io/instance: {{ .root.Release.Name }}
mercarich.dev/access: {{ .access }}
{{- end -}}
