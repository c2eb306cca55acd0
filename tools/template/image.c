// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - container images: what they say of themselves, and their tree
 */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "template/image.h"
#include "template/imgrun.h"
#include "template/layer.h"
#include "tree/jail.h"

#define MAX_LAYERS	512
#define NESTING		3

/* One layer: where it is, and the digests it must have. */
struct where {
	struct image *im;
	char name[PATH_MAX];
	char blob[DIGEST_HEX];	/* "" when its name says nothing */
	char diff[DIGEST_HEX];
};

static int bad(struct image *im, const char *file, const char *why)
{
	return refuse(im->u->p, EBADMSG, "\"%s\" of the image %s",
		      jail_name(file), why);
}

/* The string @key of @o, "" without. */
static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key)) ?: "";
}

/* @want: the digest it must have, or NULL. */
static int load(struct image *im, const char *file, const char *want,
		json_t **doc)
{
	char digest[DIGEST_HEX], *text;
	json_error_t why;
	size_t size;
	int ret;

	ret = imgfile_text(im, file, &text, &size, digest);
	if (ret)
		return ret;
	if (want && strcmp(want, digest))
		ret = refuse(im->u->p, EBADMSG, "\"%s\" of the image is damaged: its digest is sha256:%s",
			     jail_name(file), digest);
	*doc = ret ? NULL : json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
	if (!ret && !*doc)
		ret = refuse(im->u->p, EBADMSG, "\"%s\" of the image is no JSON: %s in line %d",
			     jail_name(file), jail_words(why.text), why.line);
	free(text);
	return ret;
}

/* Splits "sha256:..." Return: the digits or NULL. */
static const char *digest_in(const char *s)
{
	return !strncmp(s, "sha256:", 7) && digest_is(s + 7) && !s[7 + 64] ? s + 7 : NULL;
}

/* The blob a descriptor names. */
static int blob_name(struct image *im, const json_t *descriptor, char *name,
		     char digest[DIGEST_HEX])
{
	const char *hex = digest_in(text_of(descriptor, "digest"));

	if (!hex)
		return bad(im, "index.json", "or a manifest names a file by no SHA-256 digest");
	strcpy(digest, hex);
	sprintf(name, "blobs/sha256/%s", hex);
	return 0;
}

static int load_blob(struct image *im, const json_t *descriptor, json_t **doc)
{
	char name[96], digest[DIGEST_HEX];

	return blob_name(im, descriptor, name, digest) ?:
	       load(im, name, digest, doc);
}

static bool fits(const json_t *descriptor)
{
	const json_t *platform = json_object_get(descriptor, "platform");

	return !platform || (!strcmp(text_of(platform, "os"), "linux") &&
			     !strcmp(text_of(platform, "architecture"), "amd64"));
}

/* The one descriptor of an index that is for this kind of machine. */
static int choose(struct image *im, const json_t *index, const json_t **chosen)
{
	const json_t *d;
	size_t i;

	*chosen = NULL;
	json_array_foreach(json_object_get(index, "manifests"), i, d) {
		if (!fits(d))
			continue;
		if (*chosen && strcmp(text_of(*chosen, "digest"), text_of(d, "digest")))
			return refuse(im->u->p, EINVAL, "the image file holds several images; save the one you want alone");
		*chosen = d;
	}
	if (!*chosen)
		return refuse(im->u->p, EINVAL, "the image file holds no image for linux/amd64");
	return 0;
}

static bool is_index(const json_t *descriptor, const json_t *doc)
{
	const char *type = text_of(descriptor, "mediaType");

	return strstr(type, "image.index") || strstr(type, "manifest.list") ||
	       json_is_array(json_object_get(doc, "manifests"));
}

/* Follows indexes of indexes down to a manifest. */
static int find_manifest(struct image *im, json_t **manifest)
{
	const json_t *d;
	json_t *doc, *next;
	int ret;

	ret = load(im, "index.json", NULL, &doc);
	for (int level = 0; !ret && level < NESTING; level++) {
		bool index;

		ret = choose(im, doc, &d) ?: load_blob(im, d, &next);
		if (ret)
			break;
		index = is_index(d, next);
		json_decref(doc);
		doc = next;
		if (!index) {
			*manifest = doc;
			return 0;
		}
	}
	if (!ret)
		ret = bad(im, "index.json", "leads to no manifest");
	json_decref(doc);
	return ret;
}

static int check_config(struct image *im, const json_t *config, size_t layers,
			const json_t **diffs)
{
	const char *os = text_of(config, "os"), *arch = text_of(config, "architecture");

	if (strcmp(os, "linux") || strcmp(arch, "amd64"))
		return refuse(im->u->p, EINVAL, "the image is for %s/%s, not for linux/amd64",
			      jail_name(os), jail_name(arch));
	*diffs = json_object_get(json_object_get(config, "rootfs"), "diff_ids");
	if (!layers || layers > MAX_LAYERS || json_array_size(*diffs) != layers)
		return refuse(im->u->p, EBADMSG, "the image's configuration has %zu digests for %zu layers",
			      json_array_size(*diffs), layers);
	return 0;
}

static int open_layer(struct stream **s, void *arg)
{
	struct where *w = arg;

	return imgfile_open(w->im, w->name, s);
}

static int apply(struct image *im, const json_t *layers, const json_t *config,
		 int (*locate)(const json_t *layer, struct where *w))
{
	struct where *w = calloc(1, sizeof(*w));
	const json_t *diffs = NULL, *layer;
	size_t i;
	int ret;

	if (!w)
		return refuse(im->u->p, ENOMEM, "no memory");
	w->im = im;
	ret = check_config(im, config, json_array_size(layers), &diffs);
	if (!ret)
		imgrun_fill(&im->u->p->run, config);
	json_array_foreach(layers, i, layer) {
		const char *diff = json_string_value(json_array_get(diffs, i));

		if (ret)
			break;
		diff = diff ? digest_in(diff) : NULL;
		if (!diff) {
			ret = refuse(im->u->p, EBADMSG, "the image's configuration has no SHA-256 digest for layer %zu",
				     i + 1);
			break;
		}
		strcpy(w->diff, diff);
		ret = locate(layer, w) ?:
		      layer_apply(im->u, open_layer, w, *w->blob ? w->blob : NULL,
				  w->diff);
	}
	free(w);
	return ret;
}

static int locate_oci(const json_t *layer, struct where *w)
{
	return blob_name(w->im, layer, w->name, w->blob);
}

static int locate_docker(const json_t *layer, struct where *w)
{
	const char *name = json_string_value(layer);

	if (!name || strlen(name) >= sizeof(w->name))
		return bad(w->im, "manifest.json", "names a layer by no file");
	strcpy(w->name, name);
	w->blob[0] = '\0';
	return 0;
}

static int unpack_oci(struct image *im)
{
	json_t *manifest = NULL, *config;
	int ret = find_manifest(im, &manifest);

	if (ret)
		return ret;
	ret = load_blob(im, json_object_get(manifest, "config"), &config);
	if (!ret) {
		ret = apply(im, json_object_get(manifest, "layers"), config, locate_oci);
		json_decref(config);
	}
	json_decref(manifest);
	return ret;
}

/* docker names a configuration after its digest, in one way or the other. */
static const char *config_digest(const char *name, char digest[DIGEST_HEX])
{
	const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;

	if (!digest_is(base) || (base[64] && strcmp(base + 64, ".json")))
		return NULL;
	memcpy(digest, base, DIGEST_HEX - 1);
	digest[DIGEST_HEX - 1] = '\0';
	return digest;
}

static int unpack_docker(struct image *im)
{
	char digest[DIGEST_HEX];
	const json_t *one;
	const char *name;
	json_t *doc, *config;
	int ret = load(im, "manifest.json", NULL, &doc);

	if (ret)
		return ret;
	one = json_array_get(doc, 0);
	name = text_of(one, "Config");
	if (json_array_size(doc) > 1)
		ret = refuse(im->u->p, EINVAL, "the image file holds %zu images; save the one you want alone",
			     json_array_size(doc));
	else if (!*name)
		ret = bad(im, "manifest.json", "names no configuration");
	else
		ret = load(im, name, config_digest(name, digest), &config);
	if (!ret) {
		ret = apply(im, json_object_get(one, "Layers"), config, locate_docker);
		json_decref(config);
	}
	json_decref(doc);
	return ret;
}

int image_unpack(struct image *im)
{
	int oci = imgfile_has(im, "oci-layout");

	if (oci > 0)
		oci = imgfile_has(im, "index.json");
	if (oci < 0)
		return oci;
	return oci ? unpack_oci(im) : unpack_docker(im);
}
