import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const HERE = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname)

/** `subproject('x', default_options: […])` without its options. */
const plain = (text) => text.replace(/subproject\(\s*'([\w-]+)',\s*default_options: \[[^\]]*\],\s*\)/g, "subproject('$1')")

function executableAlone(text) {
  let changed = plain(text.replace("meson_version: '>= 1.1.0',", '')) // Debian 12 has 1.0.1
  changed = changed.replace(/link_whole = \[[^\]]*\]/, 'link_whole = []')
  changed = changed.replace(/ {2}link_whole \+= \[\s*abseil[^\]]*\]/, '  link_whole += [libwebrtc]')
  const dense = "subproject('unordered_dense').get_variable('unordered_dense_dep')"
  changed = changed.replaceAll("dependency('unordered_dense')", dense)
  const library = changed.indexOf('libmediasoup_worker = library(')
  const executable = changed.indexOf("executable(\n  'mediasoup-worker',")
  changed = changed.slice(0, library) + changed.slice(executable)
  const end = /executable\(\n {2}'mediasoup-worker',[^]*?\n\)\n/.exec(changed)
  return changed.slice(0, end.index + end[0].length)
}

const abseil = (...names) => `[${names.map((name) => `dependency('absl_${name}')`).join(', ')}]`
const headersOnly = "include_directories: include_directories('include')"

/** What stands in the place of each subproject that would be downloaded: Debian's own library. */
const SUBPROJECTS = {
  openssl: "openssl_dep = dependency('openssl')",
  libuv: "libuv_dep = dependency('libuv')",
  flatbuffers: "flatbuffers_dep = dependency('flatbuffers')",
  'abseil-cpp': [
    "absl_strings_dep = dependency('absl_strings')",
    `absl_types_dep = ${abseil('optional', 'variant', 'memory')}`,
    `absl_container_dep = ${abseil('flat_hash_map', 'flat_hash_set', 'btree', 'inlined_vector')}`,
  ].join('\n'),
  libsrtp3: `libsrtp3_dep = declare_dependency(dependencies: dependency('libsrtp2'), ${headersOnly})`,
  unordered_dense: `unordered_dense_dep = declare_dependency(${headersOnly})`,
}

/**
 * Turns a copy of the npm package's `worker/` folder into one that builds against Debian 12's own libraries, with
 * nothing downloaded. Written for mediasoup 3.27.1; throws when a place that it changes is not as it was there.
 */
export function overlayWorker(worker) {
  const edit = (name, change) => {
    const file = path.join(worker, name)
    const text = readFileSync(file, 'utf8')
    const changed = change(text)
    if (changed === text) throw new Error(`${name} of the mediasoup package differs from 3.27.1: nothing to change`)
    writeFileSync(file, changed)
  }
  edit('meson.build', executableAlone)
  // Its sources include generated headers without saying so, and failed when they were compiled before those were written.
  edit('deps/libwebrtc/meson.build', (text) =>
    plain(text).replace("flatbuffers_proj.get_variable('flatbuffers_dep'),", '$& flatbuffers_generator_dep,'))
  // Debian's libssl has kernel TLS on: it asks the BIO by a ctrl call, and the callback must hand the real answer back, or
  // the DTLS write buffer is never allocated and the worker dies at its first handshake.
  edit('src/RTC/DtlsTransport.cpp', (text) =>
    text.replace('(operationType == BIO_CB_RETURN)', '((operationType & BIO_CB_RETURN) != 0)'))

  // Debian's libsrtp encrypts by NSS; see aes-gcm.h.
  edit('src/DepLibSRTP.cpp', (text) => text
    .replace('#include "DepLibSRTP.hpp"\n', '$&#include "aes-gcm.h"\n')
    .replace('= srtp_init();', "= []() { const auto failure = srtp_init(); return failure ? failure : openssl_gcm::use(); }();"))

  const subprojects = path.join(worker, 'subprojects')
  rmSync(subprojects, { recursive: true })
  for (const [name, text] of Object.entries(SUBPROJECTS)) {
    mkdirSync(path.join(subprojects, name, 'include'), { recursive: true })
    writeFileSync(path.join(subprojects, name, 'meson.build'), `project('${name}', 'c', 'cpp')\n${text}\n`)
  }
  for (const header of ['srtp.h', 'aes-gcm.h']) copyFileSync(path.join(HERE, header), path.join(subprojects, 'libsrtp3', 'include', header))
  const ankerl = path.join(subprojects, 'unordered_dense', 'include', 'ankerl')
  mkdirSync(ankerl)
  copyFileSync(path.join(HERE, 'unordered_dense.h'), path.join(ankerl, 'unordered_dense.h'))
}
