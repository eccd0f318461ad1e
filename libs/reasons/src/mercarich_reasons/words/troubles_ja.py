"""Japanese: what keeps the system from doing its work."""

from collections.abc import Mapping

TROUBLES: Mapping[str, str] = {
    "run_held": "{marketplace}の在庫チェックを保留しています。現在の表示内容を信頼できません",
    "calls_stopped": "{marketplace}をチェックできません。アクセスが遮断されているか、応答がありません",
    "proxy_silent": "{marketplace}をチェックできません。プロキシが応答しません",
    "checks_paused": "{marketplace}の在庫チェックは運用者が一時停止しています",
    "looks_overdue": "{marketplace}の仕入れ元を長時間確認できていません",
    "withdrawals_behind": "Amazonへの取り下げが遅れています[（{withdrawals}件待ち）]",
    "broker_unreachable": "メッセージブローカーに接続できません。処理がワーカーに届きません",
    "database_slow": "データベースの応答が遅くなっています（短い問い合わせに{took_seconds}秒）",
    "database_unreachable": "データベースに接続できません",
    "operator_silent": "ワーカープールが管理されていません",
    "state_unknown": "システムの状態が分かりません。計測が止まっています",
}
