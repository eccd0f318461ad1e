"""Sentences about chats that did not take a notice, in Japanese."""

from collections.abc import Mapping

CHATS: Mapping[str, str] = {
    "no_chat_address": "{chat}のURL、ID、トークンのいずれでもありません。例：{example}",
    "chat_away": "{chat}に接続できないか、{chat}側でエラーが発生しました（{status|応答なし}）。自動的に再送します。",
    "chat_busy": "{chat}は現在これ以上メッセージを受け付けません。自動的に再送します。",
    "chat_given_up": "{chat}への送信を{tries}回試みましたが、接続できないか、受け付けられませんでした。"
    "このメッセージは届いておらず、再送もされません。",
    "chat_webhook_gone": "このWebhookは{chat}に存在しません。{chat}で新しく作成し、そのURLをここに保存してください。",
    "chat_channel_closed": "このWebhookの{chat}のチャンネルはアーカイブまたは削除されています。"
    "別のチャンネルのWebhookを作成し、そのURLをここに保存してください。",
    "chat_forbidden": "{chat}への投稿が許可されていません。管理者に許可を依頼するか、別の送り先を選んでください。",
    "chat_token_refused": "{chat}がトークンを拒否しました。{chat}で新しく発行し、ここに保存してください。",
    "chat_place_refused": "このトークンでは{chat}の{place}に投稿できません。IDが正しいこと、"
    "トークンのアカウントまたはボットが参加していることを確認してください。",
    "chat_quota_used": "{chat}の今月の送信可能数に達しました。このメッセージは送信されず、後から再送もされません。"
    "来月になるか{chat}のプランを変更するまで、以降のメッセージも送信されません。",
    "chat_refused": "{chat}がメッセージを拒否しました（ステータス{status}）。送り先をもう一度保存し、"
    "それでも届かない場合は運用者に連絡してください。",
    "chat_secret_unreadable": "保存された{chat}の認証情報を復号できません。もう一度保存してください。",
}
