"""What starts a model: llama.cpp's own server, or vLLM, each as a child process behind the OpenAI protocol."""
