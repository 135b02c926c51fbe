"""Telling people and programs outside: channels (通知渠道), webhooks, and who sends them."""
