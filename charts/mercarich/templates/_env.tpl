{{/* The environment of each process; tests/chart holds it equal to what the code reads. */}}

{{- define "mercarich.logEnv" -}}
- name: MERCARICH_LOG_LEVEL
  value: {{ .Values.log.level }}
{{- end -}}

{{- define "mercarich.databaseEnv" -}}
- name: MERCARICH_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "mercarich.databaseSecret" . }}
      key: {{ if .Values.dev.enabled }}database-url{{ else }}{{ .Values.database.key }}{{ end }}
{{- end -}}

{{- define "mercarich.databaseSecret" -}}
{{- if .Values.dev.enabled -}}
{{- include "mercarich.name" (dict "root" . "component" "dev") -}}
{{- else -}}
{{- .Values.database.existingSecret -}}
{{- end -}}
{{- end -}}

{{- define "mercarich.kafkaEnv" -}}
- name: MERCARICH_KAFKA_BOOTSTRAP
  value: {{ if .Values.dev.enabled }}{{ include "mercarich.name" (dict "root" . "component" "kafka") }}:9092{{ else }}{{ .Values.kafka.bootstrap | quote }}{{ end }}
{{- with .Values.kafka.prefix }}
- name: MERCARICH_KAFKA_PREFIX
  value: {{ . | quote }}
{{- end }}
{{- with .Values.kafka.security }}
{{- if ne .protocol "PLAINTEXT" }}
- name: MERCARICH_KAFKA_SECURITY
  value: {{ .protocol }}
{{- end }}
{{- if hasPrefix "SASL" .protocol }}
- name: MERCARICH_KAFKA_MECHANISM
  value: {{ .mechanism }}
{{- if .tokenAudience }}
- name: MERCARICH_KAFKA_TOKEN_FILE
  value: /etc/mercarich/kafka/token
{{- else }}
- name: MERCARICH_KAFKA_USER
  value: {{ .user | quote }}
- name: MERCARICH_KAFKA_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .passwordKey }}
{{- end }}
{{- end }}
{{- if .caSecret }}
- name: MERCARICH_KAFKA_CA_FILE
  value: /etc/mercarich/kafka/ca.crt
{{- end }}
{{- if .certSecret }}
- name: MERCARICH_KAFKA_CERT_FILE
  value: /etc/mercarich/kafka/tls.crt
- name: MERCARICH_KAFKA_KEY_FILE
  value: /etc/mercarich/kafka/tls.key
{{- end }}
{{- end }}
{{- end -}}

{{/* The files by which a pod's Kafka clients are known, as the sources of a projected volume, in JSON. Empty for pods
without Kafka. The argument as for mercarich.pod. */}}
{{- define "mercarich.kafkaFiles" -}}
{{- $files := list -}}
{{- if has .access (list "checker" "updater" "feed" "jobs" "pages" "web" "operator") -}}
{{- with .root.Values.kafka.security -}}
{{- if .caSecret -}}
{{- $files = append $files (dict "secret" (dict "name" .caSecret "items" (list (dict "key" .caKey "path" "ca.crt")))) -}}
{{- end -}}
{{- if .certSecret -}}
{{- $files = append $files (dict "secret" (dict "name" .certSecret "items" (list (dict "key" .certKey "path" "tls.crt") (dict "key" .keyKey "path" "tls.key")))) -}}
{{- end -}}
{{- if .tokenAudience -}}
{{- $files = append $files (dict "serviceAccountToken" (dict "audience" .tokenAudience "path" "token")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $files -}}
{{- end -}}

{{/* Database, broker, logs: what every process but the proxies has; these have no broker. */}}
{{- define "mercarich.sharedEnv" -}}
{{ include "mercarich.databaseEnv" . }}
{{ include "mercarich.kafkaEnv" . }}
{{ include "mercarich.logEnv" . }}
{{- end -}}

{{/* Variables that a person gave by name. */}}
{{- define "mercarich.settingsEnv" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ include "mercarich.text" $value | quote }}
{{- end }}
{{- end -}}

{{/* A value as text: whole numbers in values come as floats, and a large one would be written as 1e+06. */}}
{{- define "mercarich.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}{{ int64 . }}{{- else -}}{{ toString . }}{{- end -}}
{{- end -}}

{{/* Where the marketplaces' proxies are; the argument: root, prefix (CHECKER). */}}
{{- define "mercarich.proxyUrls" -}}
{{- range $market := include "mercarich.marketplaces" .root | fromJsonArray }}
- name: {{ $.prefix }}_{{ $market.upper }}_PROXY_URL
  value: http://{{ include "mercarich.name" (dict "root" $.root "component" $market.proxy) }}:{{ $market.port }}
{{- end }}
{{- end -}}

{{- define "mercarich.env.checker" -}}
{{ include "mercarich.sharedEnv" . }}
{{- include "mercarich.proxyUrls" (dict "root" . "prefix" "CHECKER") }}
{{- include "mercarich.settingsEnv" .Values.checker.settings }}
{{- end -}}

{{- define "mercarich.env.updater" -}}
{{ include "mercarich.sharedEnv" . }}
{{- include "mercarich.proxyUrls" (dict "root" . "prefix" "UPDATER") }}
{{- include "mercarich.settingsEnv" .Values.updater.settings }}
{{- end -}}

{{- define "mercarich.env.jobs" -}}
{{ include "mercarich.sharedEnv" . }}
{{- include "mercarich.proxyUrls" (dict "root" . "prefix" "WEB") }}
{{- include "mercarich.settingsEnv" .Values.sellerJobs.settings }}
{{- end -}}

{{- define "mercarich.env.feed" -}}
{{ include "mercarich.sharedEnv" . }}
- name: FEED_SPAPI_URL
  value: {{ if .Values.dev.enabled }}http://{{ include "mercarich.name" (dict "root" . "component" "simulator") }}:8100/spapi{{ else }}{{ .Values.feed.spapiUrl }}{{ end }}
{{- if and .Values.feed.keys.orderQueueSecretAccessKey (not .Values.dev.enabled) }}
- name: FEED_ORDER_QUEUE_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ include "mercarich.feedSecret" . }}
      key: {{ .Values.feed.keys.orderQueueSecretAccessKey }}
{{- end }}
{{ include "mercarich.tokensEnv" . }}
{{- end -}}

{{/* Of the callback from Amazon's consent page. */}}
{{- define "mercarich.env.oauth" -}}
{{ include "mercarich.databaseEnv" . }}
{{ include "mercarich.logEnv" . }}
- name: FEED_PAGES_URL
  value: {{ .Values.pages.publicUrl }}
- name: FEED_REDIRECT_URI
  value: {{ .Values.pages.publicUrl }}/amazon/linked
{{- with index .Values.pages.settings "PAGES_TRUSTED_PROXIES" }}
- name: FEED_TRUSTED_PROXIES
  value: {{ . | quote }}
{{- end }}
{{ include "mercarich.tokensEnv" . }}
{{- end -}}

{{/* Login with Amazon, and the key of stored tokens. */}}
{{- define "mercarich.tokensEnv" -}}
- name: FEED_LWA_URL
  value: {{ if .Values.dev.enabled }}http://{{ include "mercarich.name" (dict "root" . "component" "simulator") }}:8100/lwa/auth/o2/token{{ else }}{{ .Values.feed.lwaUrl }}{{ end }}
{{- range $variable, $key := dict "FEED_LWA_CLIENT_ID" "clientId" "FEED_LWA_CLIENT_SECRET" "clientSecret" "FEED_ENCRYPTION_KEY" "encryptionKey" }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ include "mercarich.feedSecret" $ }}
      key: {{ include "mercarich.feedKey" (dict "root" $ "key" $key) }}
{{- end }}
{{- if and .Values.feed.keys.oldEncryptionKey (not .Values.dev.enabled) }}
- name: FEED_OLD_ENCRYPTION_KEY
  valueFrom:
    secretKeyRef:
      name: {{ include "mercarich.feedSecret" . }}
      key: {{ .Values.feed.keys.oldEncryptionKey }}
{{- end }}
{{- include "mercarich.settingsEnv" .Values.feed.settings }}
{{- end -}}

{{- define "mercarich.feedSecret" -}}
{{- if .Values.dev.enabled -}}
{{- include "mercarich.name" (dict "root" . "component" "dev") -}}
{{- else -}}
{{- .Values.feed.existingSecret -}}
{{- end -}}
{{- end -}}

{{/* The development Secret has the keys' default names. */}}
{{- define "mercarich.feedKey" -}}
{{- if .root.Values.dev.enabled -}}
{{- get (dict "clientId" "lwa-client-id" "clientSecret" "lwa-client-secret" "encryptionKey" "encryption-key") .key -}}
{{- else -}}
{{- get .root.Values.feed.keys .key -}}
{{- end -}}
{{- end -}}

{{/* Where the pictures lie in a pod that has them; the argument as for mercarich.pod. */}}
{{- define "mercarich.picturesEnv" -}}
{{- if .claim }}
- name: MERCARICH_PICTURES
  value: /data/pictures
{{- end }}
{{- end -}}

{{- define "mercarich.env.pages" -}}
{{ include "mercarich.sharedEnv" . }}
{{ include "mercarich.pagesEnv" . }}
{{- include "mercarich.proxyUrls" (dict "root" . "prefix" "PAGES") }}
{{- with .Values.amazonLinking }}
{{- if .applicationId }}
- name: PAGES_AMAZON_APPLICATION_ID
  value: {{ .applicationId | quote }}
- name: PAGES_AMAZON_CONSENT_URL
  value: {{ .consentUrl | quote }}
- name: PAGES_AMAZON_REDIRECT_URI
  value: {{ $.Values.pages.publicUrl }}/amazon/linked
{{- end }}
{{- end }}
{{- include "mercarich.mailsEnv" . }}
{{- include "mercarich.settingsEnv" .Values.pages.settings }}
{{- end -}}

{{/* What pages and notices share: the address, the key of which secrets are made, and that of web push. */}}
{{- define "mercarich.pagesEnv" -}}
- name: PAGES_PUBLIC_URL
  value: {{ .Values.pages.publicUrl | quote }}
- name: PAGES_KEY
  valueFrom:
    secretKeyRef:
      name: {{ if .Values.dev.enabled }}{{ include "mercarich.name" (dict "root" . "component" "dev") }}{{ else }}{{ .Values.pages.existingSecret }}{{ end }}
      key: {{ if .Values.dev.enabled }}pages-key{{ else }}{{ .Values.pages.key }}{{ end }}
{{- if and .Values.pages.oldKey (not .Values.dev.enabled) }}
- name: PAGES_OLD_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .Values.pages.existingSecret }}
      key: {{ .Values.pages.oldKey }}
{{- end }}
{{- if and .Values.pages.pushKey (not .Values.dev.enabled) }}
- name: PAGES_PUSH_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .Values.pages.existingSecret }}
      key: {{ .Values.pages.pushKey }}
{{- end }}
{{- end -}}

{{- define "mercarich.env.notices" -}}
{{ include "mercarich.databaseEnv" . }}
{{ include "mercarich.logEnv" . }}
{{ include "mercarich.pagesEnv" . }}
{{- with .Values.notices.existingSecret }}
- name: NOTICES_SMTP_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $.Values.notices.key }}
{{- end }}
{{- include "mercarich.settingsEnv" .Values.notices.settings }}
{{- end -}}

{{/* Whether invitations can be mailed, for who invites: the process of notices sends them. */}}
{{- define "mercarich.mailsEnv" -}}
{{- with index .Values.notices.settings "NOTICES_SMTP_HOST" }}
- name: NOTICES_SMTP_HOST
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Of commands: an invitation's link begins with the pages' address. */}}
{{- define "mercarich.env.web" -}}
{{ include "mercarich.sharedEnv" . }}
- name: PAGES_PUBLIC_URL
  value: {{ .Values.pages.publicUrl | quote }}
{{- include "mercarich.mailsEnv" . }}
{{- end -}}

{{/* A proxy's variables; the argument: root, prefix (YAHOO_PROXY), market (yahoo), values. */}}
{{- define "mercarich.proxyEnv" -}}
- name: MERCARICH_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "mercarich.databaseSecret" .root }}
      key: {{ if .root.Values.dev.enabled }}database-url{{ else }}{{ default .root.Values.database.key .root.Values.database.proxyKey }}{{ end }}
{{ include "mercarich.logEnv" .root }}
- name: {{ .prefix }}_SHARED_BUDGET
  value: "true"
{{- $simulator := printf "http://%s:8100/%s" (include "mercarich.name" (dict "root" .root "component" "simulator")) .market }}
{{- $simulated := or .root.Values.dev.enabled .values.upstreamUrl }}
- name: {{ .prefix }}_UPSTREAM
  value: {{ if $simulated }}simulator{{ else }}web{{ end }}
- name: {{ .prefix }}_UPSTREAM_URL
  value: {{ if .root.Values.dev.enabled }}{{ $simulator }}{{ else }}{{ .values.upstreamUrl | quote }}{{ end }}
- name: {{ .prefix }}_ACCEPT_TERMS
  value: {{ .values.acceptTerms | quote }}
{{- include "mercarich.settingsEnv" .values.settings }}
{{- end -}}

{{/* Database connections for the worker pools: what the server grants, less the reserved ones, those of the pages (10 each,
and one pod more during an upgrade), of notices (1, and the same) and of the proxies (1 a replica). tests/chart sums them up. */}}
{{- define "mercarich.poolConnections" -}}
{{- $pages := mul 10 (add 1 (int .Values.pages.replicas.max)) -}}
{{- $proxies := 0 -}}
{{- range $market := include "mercarich.marketplaces" . | fromJsonArray -}}
{{- $proxies = add $proxies (int $market.values.replicas) -}}
{{- end -}}
{{- sub (int .Values.database.maxConnections) (add (int .Values.database.reservedConnections) $pages 2 $proxies) -}}
{{- end -}}

{{- define "mercarich.env.operator" -}}
{{ include "mercarich.sharedEnv" . }}
- name: MERCARICH_METRICS_PORT
  value: "9100"
- name: OPERATOR_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: OPERATOR_RELEASE
  value: {{ .Release.Name | quote }}
- name: OPERATOR_INTERVAL_SECONDS
  value: {{ .Values.operator.intervalSeconds | quote }}
- name: OPERATOR_MAX_CONNECTIONS
  value: {{ include "mercarich.poolConnections" . | quote }}
{{- end -}}

{{/* Of the Job that writes sample data: the database, and the key for the sellers' tokens. */}}
{{- define "mercarich.seedEnv" -}}
{{ include "mercarich.databaseEnv" . }}
{{ include "mercarich.logEnv" . }}
- name: FEED_ENCRYPTION_KEY
  valueFrom:
    secretKeyRef:
      name: {{ include "mercarich.feedSecret" . }}
      key: {{ include "mercarich.feedKey" (dict "root" . "key" "encryptionKey") }}
{{- end -}}
