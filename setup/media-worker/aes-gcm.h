#pragma once
// Debian's libsrtp encrypts by NSS, which costs a quarter of the worker's time. This gives it AES-GCM by OpenSSL instead,
// which the worker has for DTLS anyway and which the makers' own build uses. libsrtp takes a cipher only if that passes the
// known-answer tests of the one it replaces, and its own.
#include <openssl/evp.h>
extern "C" {
#include <srtp2/cipher.h>
#include <srtp2/crypto_types.h>
}
#include <cstdint>

namespace openssl_gcm {

constexpr int SaltLength = 12;
// RFC 7714, section 12.1
constexpr int TagLength = 16;
constexpr int ShortTagLength = 8;

struct State {
  EVP_CIPHER_CTX* context;
  const EVP_CIPHER* algorithm;
  int tagLength;
};

inline srtp_err_status_t statusOf(bool ok, srtp_err_status_t failure) { return ok ? srtp_err_status_ok : failure; }

extern const srtp_cipher_type_t Aes128;
extern const srtp_cipher_type_t Aes256;

inline srtp_err_status_t alloc(srtp_cipher_pointer_t* made, int keyLength, int tagLength)
{
  const bool isLong = keyLength == SRTP_AES_256_KEY_LEN + SaltLength;
  if (!isLong && keyLength != SRTP_AES_128_KEY_LEN + SaltLength) return srtp_err_status_bad_param;
  if (tagLength != TagLength && tagLength != ShortTagLength) return srtp_err_status_bad_param;
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  if (!context) return srtp_err_status_alloc_fail;
  const srtp_cipher_type_t* type = isLong ? &Aes256 : &Aes128;
  auto* state = new State{ context, isLong ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), tagLength };
  *made = new srtp_cipher_t{ type, state, keyLength, type->id };
  return srtp_err_status_ok;
}

inline srtp_err_status_t dealloc(srtp_cipher_pointer_t cipher)
{
  auto* state = static_cast<State*>(cipher->state);
  // Cleanses the key.
  EVP_CIPHER_CTX_free(state->context);
  delete state;
  delete cipher;
  return srtp_err_status_ok;
}

inline srtp_err_status_t init(void* of, const uint8_t* key)
{
  auto* state = static_cast<State*>(of);
  return statusOf(EVP_CipherInit_ex(state->context, state->algorithm, nullptr, key, nullptr, 1) == 1, srtp_err_status_init_fail);
}

inline srtp_err_status_t setIv(void* of, uint8_t* iv, srtp_cipher_direction_t direction)
{
  if (direction == srtp_direction_any) return srtp_err_status_bad_param;
  const int encrypts = direction == srtp_direction_encrypt ? 1 : 0;
  auto* context = static_cast<State*>(of)->context;
  return statusOf(EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, iv, encrypts) == 1, srtp_err_status_init_fail);
}

inline srtp_err_status_t setAad(void* of, const uint8_t* aad, uint32_t length)
{
  int done = 0;
  auto* context = static_cast<State*>(of)->context;
  const bool ok = EVP_CipherUpdate(context, nullptr, &done, aad, static_cast<int>(length)) == 1;
  return statusOf(ok && done == static_cast<int>(length), srtp_err_status_algo_fail);
}

inline srtp_err_status_t encrypt(void* of, uint8_t* buffer, unsigned int* length)
{
  auto* context = static_cast<State*>(of)->context;
  int done = 0;
  if (*length > 0 && EVP_CipherUpdate(context, buffer, &done, buffer, static_cast<int>(*length)) != 1) return srtp_err_status_cipher_fail;
  int rest = 0;
  uint8_t none[EVP_MAX_BLOCK_LENGTH];
  return statusOf(EVP_CipherFinal_ex(context, none, &rest) == 1 && rest == 0, srtp_err_status_cipher_fail);
}

inline srtp_err_status_t getTag(void* of, uint8_t* tag, uint32_t* length)
{
  auto* state = static_cast<State*>(of);
  *length = static_cast<uint32_t>(state->tagLength);
  const bool ok = EVP_CIPHER_CTX_ctrl(state->context, EVP_CTRL_AEAD_GET_TAG, state->tagLength, tag) == 1;
  return statusOf(ok, srtp_err_status_algo_fail);
}

// The tag stands behind the text, and is taken away with it.
inline srtp_err_status_t decrypt(void* of, uint8_t* buffer, unsigned int* length)
{
  auto* state = static_cast<State*>(of);
  const auto tagLength = static_cast<unsigned int>(state->tagLength);
  if (*length < tagLength) return srtp_err_status_bad_param;
  const unsigned int textLength = *length - tagLength;
  if (EVP_CIPHER_CTX_ctrl(state->context, EVP_CTRL_AEAD_SET_TAG, state->tagLength, buffer + textLength) != 1) return srtp_err_status_algo_fail;
  int done = 0;
  if (textLength > 0 && EVP_CipherUpdate(state->context, buffer, &done, buffer, static_cast<int>(textLength)) != 1) return srtp_err_status_cipher_fail;
  int rest = 0;
  uint8_t none[EVP_MAX_BLOCK_LENGTH];
  if (EVP_CipherFinal_ex(state->context, none, &rest) != 1) return srtp_err_status_auth_fail;
  *length = textLength;
  return srtp_err_status_ok;
}

// One more known answer, made with Node's crypto: key, nonce, header and text as below.
inline uint8_t TestKey[] = {
  0x03, 0x0a, 0x11, 0x18, 0x1f, 0x26, 0x2d, 0x34, 0x3b, 0x42, 0x49, 0x50, 0x57, 0x5e, 0x65, 0x6c,
  0x73, 0x7a, 0x81, 0x88, 0x8f, 0x96, 0x9d, 0xa4, 0xab, 0xb2, 0xb9, 0xc0, 0xc7, 0xce, 0xd5, 0xdc,
};
inline uint8_t TestNonce[] = {
  0x01, 0x06, 0x0b, 0x10, 0x15, 0x1a, 0x1f, 0x24, 0x29, 0x2e, 0x33, 0x38,
};
inline const uint8_t TestHeader[] = {
  0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b,
};
inline const uint8_t TestText[] = {
  0x02, 0x0d, 0x18, 0x23, 0x2e, 0x39, 0x44, 0x4f, 0x5a, 0x65, 0x70, 0x7b, 0x86, 0x91, 0x9c, 0xa7,
  0xb2, 0xbd, 0xc8, 0xd3, 0xde, 0xe9, 0xf4, 0xff, 0x0a, 0x15, 0x20, 0x2b, 0x36, 0x41, 0x4c, 0x57,
  0x62, 0x6d, 0x78, 0x83, 0x8e, 0x99, 0xa4, 0xaf,
};
inline const uint8_t TestCiphertext128[] = {
  0x4d, 0xe5, 0x71, 0xeb, 0x0b, 0x63, 0xae, 0xc3, 0x69, 0x5e, 0x8a, 0x14, 0xb1, 0x80, 0xfe, 0x48,
  0xba, 0x5b, 0x49, 0x28, 0xe8, 0xbc, 0xff, 0x30, 0x7d, 0x8c, 0x84, 0xea, 0x29, 0xec, 0x15, 0x9d,
  0x94, 0x6d, 0x73, 0xe0, 0x3e, 0x34, 0xad, 0x4b, 0x15, 0x8c, 0xb9, 0x0d, 0xf7, 0xad, 0x93, 0xef,
  0x87, 0x7c, 0x87, 0x4e, 0xfe, 0xe1, 0x0b, 0xd0,
};
inline const uint8_t TestCiphertext256[] = {
  0x4c, 0x1b, 0x20, 0x49, 0x64, 0x11, 0x0d, 0x50, 0x1e, 0xe5, 0xd2, 0xe0, 0xfd, 0x8b, 0xad, 0x10,
  0x12, 0xf4, 0x63, 0x12, 0x11, 0x2e, 0x67, 0xf2, 0x49, 0xb4, 0x10, 0x35, 0x3e, 0xf3, 0x96, 0xa0,
  0xb7, 0x0b, 0x34, 0xe0, 0x03, 0xc8, 0xf5, 0x4b, 0x63, 0x25, 0x9d, 0x12, 0x7e, 0xdd, 0x6d, 0x36,
  0x67, 0x60, 0x5b, 0x84, 0xf7, 0xbf, 0x8c, 0x8c,
};

inline srtp_cipher_test_case_t testOf(int keyLength, const uint8_t* ciphertext)
{
  return { keyLength + SaltLength, TestKey, TestNonce, sizeof(TestText), TestText, sizeof(TestText) + TagLength, ciphertext,
           sizeof(TestHeader), TestHeader, TagLength, nullptr };
}

inline const srtp_cipher_test_case_t Test128 = testOf(SRTP_AES_128_KEY_LEN, TestCiphertext128);
inline const srtp_cipher_test_case_t Test256 = testOf(SRTP_AES_256_KEY_LEN, TestCiphertext256);

inline srtp_cipher_type_t typeOf(const char* description, const srtp_cipher_test_case_t* test, srtp_cipher_type_id_t id)
{
  return { alloc, dealloc, init, setAad, encrypt, decrypt, setIv, getTag, description, test, id };
}

inline const srtp_cipher_type_t Aes128 = typeOf("AES-128 GCM of OpenSSL", &Test128, SRTP_AES_GCM_128);
inline const srtp_cipher_type_t Aes256 = typeOf("AES-256 GCM of OpenSSL", &Test256, SRTP_AES_GCM_256);

// After srtp_init.
inline srtp_err_status_t use()
{
  const srtp_err_status_t failure = srtp_replace_cipher_type(&Aes128, SRTP_AES_GCM_128);
  return failure ? failure : srtp_replace_cipher_type(&Aes256, SRTP_AES_GCM_256);
}

} // namespace openssl_gcm
