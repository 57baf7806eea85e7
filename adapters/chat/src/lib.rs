//! Web chat over WebSocket.
