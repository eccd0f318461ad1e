{{/* What the schema cannot say, refused with one sentence that names the value. */}}

{{- define "mercarich.validate" -}}
{{- include "mercarich.refuseWithoutEffect" . -}}
{{- if not .Values.dev.enabled -}}
{{- if not .Values.database.existingSecret -}}
{{- fail "database.existingSecret: name the Secret that holds the database's address (or set dev.enabled=true for a trial)" -}}
{{- end -}}
{{- if not .Values.kafka.bootstrap -}}
{{- fail "kafka.bootstrap: name your brokers as host:port (or set dev.enabled=true for a trial)" -}}
{{- end -}}
{{- if not .Values.feed.existingSecret -}}
{{- fail "feed.existingSecret: name the Secret that holds Login with Amazon's client and the encryption key (or set dev.enabled=true for a trial)" -}}
{{- end -}}
{{- if not .Values.pages.existingSecret -}}
{{- fail "pages.existingSecret: name the Secret that holds the pages' key (or set dev.enabled=true for a trial)" -}}
{{- end -}}
{{- range $market := include "mercarich.marketplaces" . | fromJsonArray -}}
{{- if not (or $market.values.upstreamUrl (eq $market.values.acceptTerms "yes")) -}}
{{- fail (printf "marketplaces.%s.acceptTerms: the proxy would ask the real site automatically, and only you can settle whether its terms of use allow you that; set it to yes once you have, or marketplaces.%s.enabled to false (or set dev.enabled=true for a trial)" $market.name $market.name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $market := include "mercarich.marketplaces" . | fromJsonArray -}}
{{- $simulated := or $market.values.upstreamUrl $.Values.dev.enabled -}}
{{- $atOnce := int (default (ternary 32 2 (not (empty $simulated))) (index $market.values.settings (printf "%s_PROXY_CONCURRENCY" $market.upper))) -}}
{{- if gt (int $market.values.replicas) $atOnce -}}
{{- fail (printf "marketplaces.%s.replicas: %d replicas share %d calls at once (%s_PROXY_CONCURRENCY), so that one would never have its turn" $market.name (int $market.values.replicas) $atOnce $market.upper) -}}
{{- end -}}
{{- end -}}
{{- $pools := dict -}}
{{- range $market := include "mercarich.marketplaces" . | fromJsonArray -}}
{{- range $service := list "checker" "updater" -}}
{{- $_ := set $pools (printf "marketplaces.%s.%s.bounds" $market.name $service) (index $market.values $service).bounds -}}
{{- end -}}
{{- end -}}
{{- range $name, $bounds := merge $pools (dict "feed.bounds" .Values.feed.bounds "sellerJobs.search.bounds" .Values.sellerJobs.search.bounds "sellerJobs.import.bounds" .Values.sellerJobs.import.bounds "pages.replicas" .Values.pages.replicas) -}}
{{- if gt (int $bounds.min) (int $bounds.max) -}}
{{- fail (printf "%s: min (%d) is above max (%d)" $name (int $bounds.min) (int $bounds.max)) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.amazonLinking.applicationId (not .Values.pages.publicUrl) -}}
{{- fail "pages.publicUrl: amazonLinking.applicationId needs the address to which Amazon sends sellers back" -}}
{{- end -}}
{{- if lt (int (include "mercarich.poolConnections" .)) 1 -}}
{{- fail (printf "database.maxConnections: of %d connections none is left for workers; %d are reserved (database.reservedConnections), each replica of the pages up to pages.replicas.max has 10, and each of a proxy 1" (int .Values.database.maxConnections) (int .Values.database.reservedConnections)) -}}
{{- end -}}
{{- if and (or .Values.pages.ingress.enabled .Values.pages.httpRoute.enabled) (not .Values.pages.publicUrl) -}}
{{- fail "pages.publicUrl: an Ingress or HTTPRoute needs the host by which people find the pages" -}}
{{- end -}}
{{- if and (or .Values.pages.ingress.enabled .Values.pages.httpRoute.enabled) (not (index .Values.pages.settings "PAGES_TRUSTED_PROXIES")) -}}
{{- fail "pages.settings.PAGES_TRUSTED_PROXIES: name the network from which an Ingress or HTTPRoute reaches the pages; without it all visitors count as one, and whoever guesses passwords locks everybody out" -}}
{{- end -}}
{{- if and .Values.pages.ingress.enabled (regexMatch "^[0-9.]+$|:" (urlParse .Values.pages.publicUrl).hostname) -}}
{{- fail "pages.publicUrl: an Ingress needs a host name, not an address" -}}
{{- end -}}
{{- if and .Values.pages.httpRoute.enabled (not .Values.pages.httpRoute.parentRefs) -}}
{{- fail "pages.httpRoute.parentRefs: name the Gateway that takes the HTTPRoute, as [{name: public, namespace: gateways}]" -}}
{{- end -}}
{{- if and (index .Values.notices.settings "NOTICES_SMTP_HOST") (not (and (index .Values.notices.settings "NOTICES_MAIL_FROM") .Values.pages.publicUrl)) -}}
{{- fail "notices.settings.NOTICES_SMTP_HOST: mail needs the sender's address (notices.settings.NOTICES_MAIL_FROM), and pages.publicUrl for its links" -}}
{{- end -}}
{{- with .Values.kafka.security -}}
{{- if hasPrefix "SASL" .protocol -}}
{{- if eq .mechanism "OAUTHBEARER" -}}
{{- if not .tokenAudience -}}
{{- fail "kafka.security.tokenAudience: OAUTHBEARER needs the audience that the brokers expect in a token" -}}
{{- end -}}
{{- else if not .user -}}
{{- fail (printf "kafka.security.user: %s needs a user" .mechanism) -}}
{{- else if not .existingSecret -}}
{{- fail (printf "kafka.security.existingSecret: %s needs the Secret with the user's password" .mechanism) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.caBundle.existingConfigMap .Values.caBundle.existingSecret -}}
{{- fail "caBundle: name either existingConfigMap or existingSecret, not both" -}}
{{- end -}}
{{- range $name, $account := dict "serviceAccount" .Values.serviceAccount "operator.serviceAccount" .Values.operator.serviceAccount -}}
{{- if not (or $account.create $account.name) -}}
{{- fail (printf "%s.name: name the account that exists, or let the chart create one (%s.create)" $name $name) -}}
{{- end -}}
{{- end -}}
{{- include "mercarich.validateTimes" . -}}
{{- if and .Values.networkPolicy.enabled (not .Values.dev.enabled) -}}
{{- include "mercarich.validateNetwork" . -}}
{{- end -}}
{{- end -}}

{{/* What a regular expression does not tell of schedules. */}}
{{- define "mercarich.validateTimes" -}}
{{- if not (has .Values.schedules.timeZone (.Files.Lines "files/time-zones.txt")) -}}
{{- fail (printf "schedules.timeZone: no time zone is called %s; take the IANA name, such as Asia/Tokyo" .Values.schedules.timeZone) -}}
{{- end -}}
{{- range $name, $own := .Values.schedules.items -}}
{{- range $range := regexFindAll "[0-9]+-[0-9]+" (default "" $own.schedule) -1 -}}
{{- $ends := splitList "-" $range -}}
{{- if gt (index $ends 0 | trimPrefix "0" | int) (index $ends 1 | trimPrefix "0" | int) -}}
{{- fail (printf "schedules.items.%s.schedule: the range %s ends before it begins" $name $range) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Addresses that the NetworkPolicies would block. */}}
{{- define "mercarich.validateNetwork" -}}
{{- range $broker := splitList "," .Values.kafka.bootstrap -}}
{{- $port := splitList ":" $broker | last | int -}}
{{- $open := list -}}
{{- range $.Values.kafka.ports }}{{ $open = append $open (int .) }}{{ end -}}
{{- if not (has $port $open) -}}
{{- fail (printf "kafka.ports: NetworkPolicies block port %d, which kafka.bootstrap names; add it, and those of the brokers' advertised listeners" $port) -}}
{{- end -}}
{{- end -}}
{{- $urls := dict "feed.lwaUrl" .Values.feed.lwaUrl "feed.spapiUrl" .Values.feed.spapiUrl -}}
{{- range $market := include "mercarich.marketplaces" . | fromJsonArray -}}
{{- $_ := set $urls (printf "marketplaces.%s.upstreamUrl" $market.name) $market.values.upstreamUrl -}}
{{- end -}}
{{- range $name, $url := $urls -}}
{{- if and $url (not (regexMatch "^https://[^/:]+(:443)?(/|$)|^http://[^/]+:443(/|$)" $url)) -}}
{{- fail (printf "%s: NetworkPolicies let this process reach port 443 of public addresses alone; take an https address, or policies of your own (networkPolicy.enabled=false)" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
