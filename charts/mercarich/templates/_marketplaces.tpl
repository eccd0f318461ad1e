{{/* The marketplaces that are on, each a row of files/marketplaces.yaml with its `values`, as JSON:
range $market := include "mercarich.marketplaces" $ | fromJsonArray. */}}
{{- define "mercarich.marketplaces" -}}
{{- $on := list -}}
{{- range $market := (.Files.Get "files/marketplaces.yaml" | fromYaml).marketplaces -}}
{{- $values := index $.Values.marketplaces $market.name -}}
{{- if $values.enabled -}}
{{- $on = append $on (merge (dict "values" $values "port" (int $market.port)) $market) -}}
{{- end -}}
{{- end -}}
{{- toJson $on -}}
{{- end -}}

{{/* The ports of their proxies, as JSON. */}}
{{- define "mercarich.proxyPorts" -}}
{{- $ports := list -}}
{{- range $market := include "mercarich.marketplaces" . | fromJsonArray -}}
{{- $ports = append $ports (toString $market.port) -}}
{{- end -}}
{{- toJson (sortAlpha $ports) -}}
{{- end -}}
