"""Where pictures come from: RTSP, HTTP snapshots, recordings; all behind `FrameSource`."""
