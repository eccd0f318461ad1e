"""Sentences about browsers that did not get a notice, or get none any more, in Japanese."""

from collections.abc import Mapping

BROWSERS: Mapping[str, str] = {
    "no_browser_address": "ブラウザの登録情報を読み取れません。"
    "ページを再読み込みし、もう一度通知をオンにしてください。",
    "too_many_browsers": "すでに{most}台のブラウザが登録されています。先に1台削除してください。",
    "no_web_push": "このシステムではブラウザ通知が設定されていません。",
    "browser_away": "プッシュサービス{host}に接続できないか、エラーが発生しました（{status|応答なし}）。"
    "自動的に再送します。",
    "browser_busy": "プッシュサービス{host}は現在これ以上メッセージを受け付けません。自動的に再送します。",
    "browser_given_up": "プッシュサービス{host}への送信を{tries}回試みましたが、"
    "接続できないか、受け付けられませんでした。この通知は届いておらず、再送もされません。",
    "browser_key_refused": "プッシュサービス{host}が、このブラウザ用の鍵を受け付けません。"
    "そのブラウザでもう一度通知をオンにし、それでも届かない場合は運用者に連絡してください。",
    "browser_message_too_large": "通知がプッシュサービス{host}の上限を超えています。"
    "内容はお知らせのページで確認できます。",
    "browser_refused": "プッシュサービス{host}が通知を拒否しました（ステータス{status}）。"
    "そのブラウザでもう一度通知をオンにし、それでも届かない場合は運用者に連絡してください。",
    "browser_secret_unreadable": "保存されたブラウザの登録情報を復号できません。"
    "そのブラウザでもう一度通知をオンにしてください。",
    "browser_gone": "ブラウザが通知を受け取らなくなりました。"
    "ブラウザで通知がオフにされたか、データが削除されています。",
    "browser_removed": "このページで削除されました。",
    "browser_renewed": "同じブラウザが登録し直されました。",
    "browser_signed_out": "そのブラウザでログアウトしました。",
    "browser_shut_out": "別の場所からログアウトされたか、"
    "パスワードや2段階認証の変更によりほかのブラウザへの通知が終了しました。"
    "ご自身のブラウザなら、そのブラウザで通知を設定し直してください。",
    "browser_taken_over": "そのブラウザで別の人がログインしました。",
    "browser_of_stopped": "アカウントが停止されました。",
    "browser_of_backup": "データベースがバックアップから復元されました。",
}
