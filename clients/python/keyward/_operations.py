"""A method for each operation of the API, named as `operationId` names it.

Written by clients/generate.py from the description of the API: change that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Literal, cast

from . import types
from ._call import UNSET, Call, Event, Unset, given, segment


class Operations:
    """Every operation of the API."""

    def _json(self, call: Call) -> Any:
        raise NotImplementedError

    def _bytes(self, call: Call) -> bytes:
        raise NotImplementedError

    def _events(self, call: Call) -> Iterator[Event]:
        raise NotImplementedError

    def get_admin_acl(
        self,
    ) -> types.GetAdminAclReply:
        """List access control lists.

        `GET /api/v1/admin/acl`, for whoever holds `acl:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/acl",
            safe=True,
        )
        return cast("types.GetAdminAclReply", self._json(call))

    def delete_admin_acl_name(
        self,
        name: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove an access control list.

        `DELETE /api/v1/admin/acl/{name}`, for whoever holds `acl:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/acl/{segment(name)}",
            if_match=if_match,
        )
        self._json(call)

    def get_admin_acl_name(
        self,
        name: str,
    ) -> types.AccessList:
        """Show an access control list.

        `GET /api/v1/admin/acl/{name}`, for whoever holds `acl:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/acl/{segment(name)}",
            safe=True,
        )
        return cast("types.AccessList", self._json(call))

    def put_admin_acl_name(
        self,
        name: str,
        *,
        entries: list[str],
        if_match: str | int | None = None,
    ) -> types.AccessList:
        """Replace an access control list.

        `PUT /api/v1/admin/acl/{name}`, for whoever holds `acl:edit`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/acl/{segment(name)}",
            body=given({"entries": entries}),
            if_match=if_match,
        )
        return cast("types.AccessList", self._json(call))

    def get_admin_audit(
        self,
        *,
        cursor: str | None | Unset = UNSET,
        lang: str | None | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        type: str | None | Unset = UNSET,
        user: str | None | Unset = UNSET,
    ) -> types.GetAdminAuditReply:
        """List the audit log, newest first.

        `GET /api/v1/admin/audit`, for whoever holds `audit:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/audit",
            query=given({"cursor": cursor, "lang": lang, "limit": limit, "type": type, "user": user}),
            safe=True,
        )
        return cast("types.GetAdminAuditReply", self._json(call))

    def get_admin_audit_verify(
        self,
    ) -> types.GetAdminAuditVerifyReply:
        """Verify the chain of the audit log.

        `GET /api/v1/admin/audit/verify`, for whoever holds `audit:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/audit/verify",
            safe=True,
        )
        return cast("types.GetAdminAuditVerifyReply", self._json(call))

    def get_admin_exclusive_roles(
        self,
    ) -> types.GetAdminExclusiveRolesReply:
        """List the sets of roles that exclude each other.

        `GET /api/v1/admin/exclusive-roles`, for whoever holds `roles:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/exclusive-roles",
            safe=True,
        )
        return cast("types.GetAdminExclusiveRolesReply", self._json(call))

    def delete_admin_exclusive_roles_set(
        self,
        set: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a set of exclusive roles.

        `DELETE /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/exclusive-roles/{segment(set)}",
            if_match=if_match,
        )
        self._json(call)

    def get_admin_exclusive_roles_set(
        self,
        set: str,
    ) -> types.ExclusiveRoles:
        """Show a set of exclusive roles.

        `GET /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/exclusive-roles/{segment(set)}",
            safe=True,
        )
        return cast("types.ExclusiveRoles", self._json(call))

    def put_admin_exclusive_roles_set(
        self,
        set: str,
        *,
        roles: list[str],
        if_match: str | int | None = None,
    ) -> None:
        """Let nobody have two of these roles.

        `PUT /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:edit`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/exclusive-roles/{segment(set)}",
            body=given({"roles": roles}),
            if_match=if_match,
        )
        self._json(call)

    def get_admin_groups(
        self,
    ) -> types.GetAdminGroupsReply:
        """List groups.

        `GET /api/v1/admin/groups`, for whoever holds `groups:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/groups",
            safe=True,
        )
        return cast("types.GetAdminGroupsReply", self._json(call))

    def post_admin_groups(
        self,
        *,
        name: str,
        description: str | Unset = UNSET,
    ) -> types.PostAdminGroupsReply:
        """Make a group.

        `POST /api/v1/admin/groups`, for whoever holds `groups:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/groups",
            body=given({"description": description, "name": name}),
        )
        return cast("types.PostAdminGroupsReply", self._json(call))

    def delete_admin_groups_group(
        self,
        group: str,
        *,
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a group.

        `DELETE /api/v1/admin/groups/{group}`, for whoever holds `groups:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/groups/{segment(group)}",
            query=given({"force": force}),
            if_match=if_match,
        )
        self._json(call)

    def get_admin_groups_group(
        self,
        group: str,
    ) -> types.Group:
        """Show a group.

        `GET /api/v1/admin/groups/{group}`, for whoever holds `groups:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/groups/{segment(group)}",
            safe=True,
        )
        return cast("types.Group", self._json(call))

    def get_admin_groups_group_members(
        self,
        group: str,
        *,
        cursor: str | None | Unset = UNSET,
        limit: int | None | Unset = UNSET,
    ) -> types.GetAdminGroupsGroupMembersReply:
        """List who is in a group.

        `GET /api/v1/admin/groups/{group}/members`, for whoever holds `groups:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/groups/{segment(group)}/members",
            query=given({"cursor": cursor, "limit": limit}),
            safe=True,
        )
        return cast("types.GetAdminGroupsGroupMembersReply", self._json(call))

    def delete_admin_groups_group_members_user(
        self,
        group: str,
        user: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Take an account out of a group.

        `DELETE /api/v1/admin/groups/{group}/members/{user}`, for whoever holds `groups:grant`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/groups/{segment(group)}/members/{segment(user)}",
            if_match=if_match,
        )
        self._json(call)

    def put_admin_groups_group_members_user(
        self,
        group: str,
        user: str,
        *,
        expires_at: str | None | Unset = UNSET,
        not_before: str | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Put an account into a group.

        `PUT /api/v1/admin/groups/{group}/members/{user}`, for whoever holds `groups:grant`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/groups/{segment(group)}/members/{segment(user)}",
            body=given({"expires_at": expires_at, "not_before": not_before}),
            if_match=if_match,
        )
        self._json(call)

    def put_admin_groups_group_roles(
        self,
        group: str,
        *,
        roles: list[str],
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Set the roles that a group gives.

        `PUT /api/v1/admin/groups/{group}/roles`, for whoever holds `groups:edit`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/groups/{segment(group)}/roles",
            body=given({"force": force, "roles": roles}),
            if_match=if_match,
        )
        self._json(call)

    def get_admin_holders(
        self,
        *,
        cursor: str | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        permission: str | Unset = UNSET,
        role: str | Unset = UNSET,
    ) -> types.GetAdminHoldersReply:
        """Find who holds a permission, and by which rule.

        `GET /api/v1/admin/holders`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/holders",
            query=given({"cursor": cursor, "limit": limit, "permission": permission, "role": role}),
            safe=True,
        )
        return cast("types.GetAdminHoldersReply", self._json(call))

    def get_admin_invitations(
        self,
        *,
        cursor: str | None | Unset = UNSET,
    ) -> types.GetAdminInvitationsReply:
        """List invitations, newest first.

        `GET /api/v1/admin/invitations`, for whoever holds `invitations:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/invitations",
            query=given({"cursor": cursor}),
            safe=True,
        )
        return cast("types.GetAdminInvitationsReply", self._json(call))

    def post_admin_invitations(
        self,
        *,
        email: str | None | Unset = UNSET,
        expires_in: int | None | Unset = UNSET,
        roles: list[str] | Unset = UNSET,
    ) -> types.PostAdminInvitationsReply:
        """Invite somebody.

        `POST /api/v1/admin/invitations`, for whoever holds `invitations:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/invitations",
            body=given({"email": email, "expires_in": expires_in, "roles": roles}),
        )
        return cast("types.PostAdminInvitationsReply", self._json(call))

    def delete_admin_invitations_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Take an invitation back.

        `DELETE /api/v1/admin/invitations/{id}`, for whoever holds `invitations:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/invitations/{segment(id)}",
            if_match=if_match,
        )
        self._json(call)

    def get_admin_matrix(
        self,
        *,
        also: str | Unset = UNSET,
        cursor: str | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        q: str | Unset = UNSET,
        role: str | Unset = UNSET,
        roles_cursor: str | Unset = UNSET,
        roles_limit: int | None | Unset = UNSET,
    ) -> types.GetAdminMatrixReply:
        """Show roles against permissions.

        `GET /api/v1/admin/matrix`, for whoever holds `roles:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/matrix",
            query=given({"also": also, "cursor": cursor, "limit": limit, "q": q, "role": role, "roles_cursor": roles_cursor, "roles_limit": roles_limit}),
            safe=True,
        )
        return cast("types.GetAdminMatrixReply", self._json(call))

    def put_admin_matrix(
        self,
        *,
        changes: list[types.Change],
        version: int,
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> types.Changed:
        """Change cells of the matrix, all or none.

        `PUT /api/v1/admin/matrix`, for whoever holds `roles:edit`.
        """
        call = Call(
            "PUT",
            "/api/v1/admin/matrix",
            body=given({"changes": changes, "force": force, "version": version}),
            if_match=if_match,
        )
        return cast("types.Changed", self._json(call))

    def post_admin_matrix_review(
        self,
        *,
        changes: list[types.Change],
        version: int,
        force: bool | Unset = UNSET,
    ) -> types.PostAdminMatrixReviewReply:
        """Say what a change of the matrix would do.

        `POST /api/v1/admin/matrix/review`, for whoever holds `roles:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/matrix/review",
            body=given({"changes": changes, "force": force, "version": version}),
            safe=True,
        )
        return cast("types.PostAdminMatrixReviewReply", self._json(call))

    def get_admin_messages(
        self,
    ) -> types.GetAdminMessagesReply:
        """List the outbox.

        `GET /api/v1/admin/messages`, for whoever holds `messages:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/messages",
            safe=True,
        )
        return cast("types.GetAdminMessagesReply", self._json(call))

    def get_admin_policy(
        self,
    ) -> types.GetAdminPolicyReply:
        """Show the stored policy document.

        `GET /api/v1/admin/policy`, for whoever holds `policy:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/policy",
            safe=True,
        )
        return cast("types.GetAdminPolicyReply", self._json(call))

    def put_admin_policy(
        self,
        *,
        text: str,
        force: bool | Unset = UNSET,
        version: int | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> types.PutAdminPolicyReply:
        """Replace the stored policy document.

        `PUT /api/v1/admin/policy`, for whoever holds `policy:edit`.
        """
        call = Call(
            "PUT",
            "/api/v1/admin/policy",
            body=given({"force": force, "text": text, "version": version}),
            if_match=if_match,
        )
        return cast("types.PutAdminPolicyReply", self._json(call))

    def post_admin_policy_check(
        self,
        *,
        text: str,
    ) -> types.PostAdminPolicyCheckReply:
        """Say what a policy document would change.

        `POST /api/v1/admin/policy/check`, for whoever holds `policy:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/policy/check",
            body=given({"text": text}),
            safe=True,
        )
        return cast("types.PostAdminPolicyCheckReply", self._json(call))

    def delete_admin_relations(
        self,
        *,
        object: str | Unset = UNSET,
        relation: str | Unset = UNSET,
        subject: str | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a relation.

        `DELETE /api/v1/admin/relations`, for whoever holds `relations:edit`.
        """
        call = Call(
            "DELETE",
            "/api/v1/admin/relations",
            query=given({"object": object, "relation": relation, "subject": subject}),
            if_match=if_match,
        )
        self._json(call)

    def get_admin_relations(
        self,
        *,
        cursor: str | None | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        object: str | None | Unset = UNSET,
        relation: str | None | Unset = UNSET,
        subject: str | None | Unset = UNSET,
    ) -> types.GetAdminRelationsReply:
        """List stored relations.

        `GET /api/v1/admin/relations`, for whoever holds `relations:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/relations",
            query=given({"cursor": cursor, "limit": limit, "object": object, "relation": relation, "subject": subject}),
            safe=True,
        )
        return cast("types.GetAdminRelationsReply", self._json(call))

    def post_admin_relations(
        self,
        *,
        add: list[types.Relation] | Unset = UNSET,
        remove: list[types.Relation] | Unset = UNSET,
    ) -> None:
        """Add and remove relations.

        `POST /api/v1/admin/relations`, for whoever holds `relations:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/relations",
            body=given({"add": add, "remove": remove}),
        )
        self._json(call)

    def get_admin_roles(
        self,
        *,
        cursor: str | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        q: str | Unset = UNSET,
    ) -> types.GetAdminRolesReply:
        """List roles.

        `GET /api/v1/admin/roles`, for whoever holds `roles:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/roles",
            query=given({"cursor": cursor, "limit": limit, "q": q}),
            safe=True,
        )
        return cast("types.GetAdminRolesReply", self._json(call))

    def post_admin_roles(
        self,
        *,
        name: str,
        description: str | Unset = UNSET,
    ) -> types.PostAdminGroupsReply:
        """Make a role.

        `POST /api/v1/admin/roles`, for whoever holds `roles:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/roles",
            body=given({"description": description, "name": name}),
        )
        return cast("types.PostAdminGroupsReply", self._json(call))

    def delete_admin_roles_role(
        self,
        role: str,
        *,
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a role.

        `DELETE /api/v1/admin/roles/{role}`, for whoever holds `roles:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/roles/{segment(role)}",
            query=given({"force": force}),
            if_match=if_match,
        )
        self._json(call)

    def get_admin_roles_role(
        self,
        role: str,
    ) -> types.GetAdminRolesReplyRole:
        """Show a role.

        `GET /api/v1/admin/roles/{role}`, for whoever holds `roles:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/roles/{segment(role)}",
            safe=True,
        )
        return cast("types.GetAdminRolesReplyRole", self._json(call))

    def put_admin_roles_role_inherits(
        self,
        role: str,
        *,
        inherits: list[str],
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Set the roles that a role inherits.

        `PUT /api/v1/admin/roles/{role}/inherits`, for whoever holds `roles:edit`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/roles/{segment(role)}/inherits",
            body=given({"force": force, "inherits": inherits}),
            if_match=if_match,
        )
        self._json(call)

    def put_admin_roles_role_permissions(
        self,
        role: str,
        *,
        effect: str | None,
        permission: str,
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Set or remove a rule of a role.

        `PUT /api/v1/admin/roles/{role}/permissions`, for whoever holds `roles:edit`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/roles/{segment(role)}/permissions",
            body=given({"effect": effect, "force": force, "permission": permission}),
            if_match=if_match,
        )
        self._json(call)

    def get_admin_users(
        self,
        *,
        cursor: str | None | Unset = UNSET,
        email: str | None | Unset = UNSET,
        lang: str | None | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        phone: str | None | Unset = UNSET,
        property: str | None | Unset = UNSET,
        q: str | Unset = UNSET,
        role: str | None | Unset = UNSET,
        status: str | None | Unset = UNSET,
        username: str | None | Unset = UNSET,
        value: str | None | Unset = UNSET,
    ) -> types.GetAdminUsersReply:
        """Find accounts, newest first.

        `GET /api/v1/admin/users`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/users",
            query=given({"cursor": cursor, "email": email, "lang": lang, "limit": limit, "phone": phone, "property": property, "q": q, "role": role, "status": status, "username": username, "value": value}),
            safe=True,
        )
        return cast("types.GetAdminUsersReply", self._json(call))

    def post_admin_users(
        self,
        *,
        email: str | None | Unset = UNSET,
        name: str | Unset = UNSET,
        password: str | None | Unset = UNSET,
        phone: str | None | Unset = UNSET,
        username: str | None | Unset = UNSET,
        verified: bool | Unset = UNSET,
    ) -> types.User:
        """Add an account.

        `POST /api/v1/admin/users`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/users",
            body=given({"email": email, "name": name, "password": password, "phone": phone, "username": username, "verified": verified}),
        )
        return cast("types.User", self._json(call))

    def delete_admin_users_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Delete an account.

        `DELETE /api/v1/admin/users/{id}`, for whoever holds `users:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}",
            if_match=if_match,
        )
        self._json(call)

    def get_admin_users_id(
        self,
        id: str,
    ) -> types.UserDetail:
        """Show an account with what it holds.

        `GET /api/v1/admin/users/{id}`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/users/{segment(id)}",
            safe=True,
        )
        return cast("types.UserDetail", self._json(call))

    def patch_admin_users_id(
        self,
        id: str,
        *,
        email: str | None | Unset = UNSET,
        name: str | None | Unset = UNSET,
        phone: str | None | Unset = UNSET,
        properties: dict[str, Any] | None | Unset = UNSET,
        username: str | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> types.UserDetail:
        """Change names and properties of an account.

        `PATCH /api/v1/admin/users/{id}`, for whoever holds `users:edit`.
        """
        call = Call(
            "PATCH",
            f"/api/v1/admin/users/{segment(id)}",
            body=given({"email": email, "name": name, "phone": phone, "properties": properties, "username": username}),
            if_match=if_match,
        )
        return cast("types.UserDetail", self._json(call))

    def delete_admin_users_id_api_keys(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End every API key of an account.

        `DELETE /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}/api-keys",
            if_match=if_match,
        )
        self._json(call)

    def get_admin_users_id_api_keys(
        self,
        id: str,
    ) -> types.GetAdminUsersIdApiKeysReply:
        """List the API keys of an account.

        `GET /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/users/{segment(id)}/api-keys",
            safe=True,
        )
        return cast("types.GetAdminUsersIdApiKeysReply", self._json(call))

    def post_admin_users_id_api_keys(
        self,
        id: str,
        *,
        name: str,
        expires_at: str | None | Unset = UNSET,
        networks: list[str] | Unset = UNSET,
        not_before: str | None | Unset = UNSET,
        per_day: int | None | Unset = UNSET,
        per_minute: int | None | Unset = UNSET,
        permissions: list[str] | None | Unset = UNSET,
        refresh_until: str | None | Unset = UNSET,
        scopes: list[str] | None | Unset = UNSET,
    ) -> types.NewApiKey:
        """Make an API key for an account.

        `POST /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/api-keys",
            body=given({"expires_at": expires_at, "name": name, "networks": networks, "not_before": not_before, "per_day": per_day, "per_minute": per_minute, "permissions": permissions, "refresh_until": refresh_until, "scopes": scopes}),
        )
        return cast("types.NewApiKey", self._json(call))

    def delete_admin_users_id_api_keys_key(
        self,
        id: str,
        key: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End an API key of an account.

        `DELETE /api/v1/admin/users/{id}/api-keys/{key}`, for whoever holds `users:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}/api-keys/{segment(key)}",
            if_match=if_match,
        )
        self._json(call)

    def post_admin_users_id_api_keys_key_rotate(
        self,
        id: str,
        key: str,
        *,
        overlap: int | Unset = UNSET,
    ) -> types.NewApiKey:
        """Replace an API key of an account.

        `POST /api/v1/admin/users/{id}/api-keys/{key}/rotate`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/api-keys/{segment(key)}/rotate",
            body=given({"overlap": overlap}),
        )
        return cast("types.NewApiKey", self._json(call))

    def post_admin_users_id_impersonate(
        self,
        id: str,
        *,
        reason: str,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Act as somebody else for a while.

        `POST /api/v1/admin/users/{id}/impersonate`, for whoever holds `users:impersonate`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/impersonate",
            body=given({"reason": reason, "session": session}),
        )
        return cast("types.Outcome", self._json(call))

    def post_admin_users_id_lock(
        self,
        id: str,
        *,
        reason: str | Unset = UNSET,
    ) -> types.UserDetail:
        """Lock an account and end its sessions.

        `POST /api/v1/admin/users/{id}/lock`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/lock",
            body=given({"reason": reason}),
        )
        return cast("types.UserDetail", self._json(call))

    def delete_admin_users_id_permissions(
        self,
        id: str,
        *,
        effect: str | Unset = UNSET,
        permission: str | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Take a permission that was given directly.

        `DELETE /api/v1/admin/users/{id}/permissions`, for whoever holds `roles:grant`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}/permissions",
            query=given({"effect": effect, "permission": permission}),
            if_match=if_match,
        )
        self._json(call)

    def get_admin_users_id_permissions(
        self,
        id: str,
    ) -> types.GetAdminUsersIdPermissionsReply:
        """List permissions that were given directly.

        `GET /api/v1/admin/users/{id}/permissions`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/users/{segment(id)}/permissions",
            safe=True,
        )
        return cast("types.GetAdminUsersIdPermissionsReply", self._json(call))

    def put_admin_users_id_permissions(
        self,
        id: str,
        *,
        effect: str,
        permission: str,
        expires_at: str | None | Unset = UNSET,
        not_before: str | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Give or deny a permission directly.

        `PUT /api/v1/admin/users/{id}/permissions`, for whoever holds `roles:grant`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/users/{segment(id)}/permissions",
            body=given({"effect": effect, "expires_at": expires_at, "not_before": not_before, "permission": permission}),
            if_match=if_match,
        )
        self._json(call)

    def post_admin_users_id_reset_mfa(
        self,
        id: str,
    ) -> types.UserDetail:
        """Remove the second factors of an account.

        `POST /api/v1/admin/users/{id}/reset-mfa`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/reset-mfa",
        )
        return cast("types.UserDetail", self._json(call))

    def post_admin_users_id_restore(
        self,
        id: str,
    ) -> types.UserDetail:
        """Bring a deleted account back.

        `POST /api/v1/admin/users/{id}/restore`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/restore",
        )
        return cast("types.UserDetail", self._json(call))

    def delete_admin_users_id_roles_role(
        self,
        id: str,
        role: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Take a role from an account.

        `DELETE /api/v1/admin/users/{id}/roles/{role}`, for whoever holds `roles:grant`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}/roles/{segment(role)}",
            if_match=if_match,
        )
        self._json(call)

    def put_admin_users_id_roles_role(
        self,
        id: str,
        role: str,
        *,
        expires_at: str | None | Unset = UNSET,
        not_before: str | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Give a role to an account.

        `PUT /api/v1/admin/users/{id}/roles/{role}`, for whoever holds `roles:grant`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/users/{segment(id)}/roles/{segment(role)}",
            body=given({"expires_at": expires_at, "not_before": not_before}),
            if_match=if_match,
        )
        self._json(call)

    def get_admin_users_id_sessions(
        self,
        id: str,
    ) -> types.GetAdminUsersIdSessionsReply:
        """List the sessions of an account.

        `GET /api/v1/admin/users/{id}/sessions`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/users/{segment(id)}/sessions",
            safe=True,
        )
        return cast("types.GetAdminUsersIdSessionsReply", self._json(call))

    def delete_admin_users_id_sessions_session(
        self,
        id: str,
        session: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End a session of an account.

        `DELETE /api/v1/admin/users/{id}/sessions/{session}`, for whoever holds `users:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}/sessions/{segment(session)}",
            if_match=if_match,
        )
        self._json(call)

    def post_admin_users_id_set_password(
        self,
        id: str,
        *,
        password: str,
        temporary: bool | Unset = UNSET,
    ) -> None:
        """Set the password of an account.

        `POST /api/v1/admin/users/{id}/set-password`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/set-password",
            body=given({"password": password, "temporary": temporary}),
        )
        self._json(call)

    def post_admin_users_id_sign_out(
        self,
        id: str,
    ) -> None:
        """End every session of an account.

        `POST /api/v1/admin/users/{id}/sign-out`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/sign-out",
        )
        self._json(call)

    def post_admin_users_id_unlock(
        self,
        id: str,
    ) -> types.UserDetail:
        """Unlock an account.

        `POST /api/v1/admin/users/{id}/unlock`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/unlock",
        )
        return cast("types.UserDetail", self._json(call))

    def post_admin_users_id_verify(
        self,
        id: str,
    ) -> types.UserDetail:
        """Count every address of an account as proven.

        `POST /api/v1/admin/users/{id}/verify`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/verify",
        )
        return cast("types.UserDetail", self._json(call))

    def get_admin_users_id_why(
        self,
        id: str,
    ) -> types.GetAdminUsersIdWhyReply:
        """Say why somebody could or could not sign in.

        `GET /api/v1/admin/users/{id}/why`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/users/{segment(id)}/why",
            safe=True,
        )
        return cast("types.GetAdminUsersIdWhyReply", self._json(call))

    def post_api_keys_refresh(
        self,
        *,
        refresh_token: str,
    ) -> types.NewApiKey:
        """Get an API key anew by the token beside it.

        `POST /api/v1/api-keys/refresh`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/api-keys/refresh",
            body=given({"refresh_token": refresh_token}),
        )
        return cast("types.NewApiKey", self._json(call))

    def post_api_keys_report(
        self,
        *,
        api_key: str,
        place: str | Unset = UNSET,
    ) -> None:
        """Report an API key that was found in public.

        `POST /api/v1/api-keys/report`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/api-keys/report",
            body=given({"api_key": api_key, "place": place}),
        )
        self._json(call)

    def get_can(
        self,
        *,
        permission: str | Unset = UNSET,
        resource: str | None | Unset = UNSET,
    ) -> types.Answer:
        """Ask whether one may do something.

        `GET /api/v1/can`, for whoever is signed in or has a key.
        """
        call = Call(
            "GET",
            "/api/v1/can",
            query=given({"permission": permission, "resource": resource}),
            safe=True,
        )
        return cast("types.Answer", self._json(call))

    def post_can(
        self,
        *,
        permission: str,
        context: dict[str, Any] | Unset = UNSET,
        resource: types.Resource | None | Unset = UNSET,
    ) -> types.Answer:
        """Ask whether one may do something, with circumstances.

        `POST /api/v1/can`, for whoever is signed in or has a key.
        """
        call = Call(
            "POST",
            "/api/v1/can",
            body=given({"context": context, "permission": permission, "resource": resource}),
            safe=True,
        )
        return cast("types.Answer", self._json(call))

    def post_can_batch(
        self,
        *,
        questions: list[types.Question],
        context: dict[str, Any] | Unset = UNSET,
    ) -> types.PostCanBatchReply:
        """Ask up to 100 such questions at once.

        `POST /api/v1/can/batch`, for whoever is signed in or has a key.
        """
        call = Call(
            "POST",
            "/api/v1/can/batch",
            body=given({"context": context, "questions": questions}),
            safe=True,
        )
        return cast("types.PostCanBatchReply", self._json(call))

    def post_can_explain(
        self,
        *,
        permission: str,
        context: dict[str, Any] | Unset = UNSET,
        resource: types.Resource | None | Unset = UNSET,
        subject: str | None | Unset = UNSET,
    ) -> types.PostCanExplainReply:
        """Ask why one may or may not.

        `POST /api/v1/can/explain`, for whoever is signed in or has a key.
        """
        call = Call(
            "POST",
            "/api/v1/can/explain",
            body=given({"context": context, "permission": permission, "resource": resource, "subject": subject}),
            safe=True,
        )
        return cast("types.PostCanExplainReply", self._json(call))

    def post_captcha(
        self,
        *,
        purpose: str,
        kind: Literal["proof_of_work", "digits", "service"] | None | Unset = UNSET,
    ) -> types.Captcha:
        """Get a captcha.

        `POST /api/v1/captcha`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/captcha",
            body=given({"kind": kind, "purpose": purpose}),
        )
        return cast("types.Captcha", self._json(call))

    def post_captcha_spend(
        self,
        *,
        captcha: str,
        captcha_token: str,
    ) -> None:
        """Spend a solved captcha at a door of the app's own.

        `POST /api/v1/captcha/spend`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/captcha/spend",
            body=given({"captcha": captcha, "captcha_token": captcha_token}),
        )
        self._json(call)

    def get_captcha_token_audio(
        self,
        token: str,
    ) -> bytes:
        """Hear a captcha.

        `GET /api/v1/captcha/{token}/audio`, for anybody.
        """
        call = Call(
            "GET",
            f"/api/v1/captcha/{segment(token)}/audio",
            safe=True,
        )
        return self._bytes(call)

    def get_captcha_token_image(
        self,
        token: str,
    ) -> bytes:
        """See a captcha.

        `GET /api/v1/captcha/{token}/image`, for anybody.
        """
        call = Call(
            "GET",
            f"/api/v1/captcha/{segment(token)}/image",
            safe=True,
        )
        return self._bytes(call)

    def get_config(
        self,
    ) -> types.Config:
        """Show what this server offers.

        `GET /api/v1/config`, for anybody.
        """
        call = Call(
            "GET",
            "/api/v1/config",
            safe=True,
        )
        return cast("types.Config", self._json(call))

    def post_impersonation_stop(
        self,
    ) -> None:
        """Stop acting as somebody else.

        `POST /api/v1/impersonation/stop`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/impersonation/stop",
        )
        self._json(call)

    def delete_me(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Delete one's account.

        `DELETE /api/v1/me`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me",
            if_match=if_match,
        )
        self._json(call)

    def get_me(
        self,
    ) -> types.User:
        """Show one's account.

        `GET /api/v1/me`, for whoever is signed in or has a key.
        """
        call = Call(
            "GET",
            "/api/v1/me",
            safe=True,
        )
        return cast("types.User", self._json(call))

    def patch_me(
        self,
        *,
        name: str | None | Unset = UNSET,
        properties: dict[str, Any] | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> types.User:
        """Change one's name and properties.

        `PATCH /api/v1/me`, for whoever is signed in.
        """
        call = Call(
            "PATCH",
            "/api/v1/me",
            body=given({"name": name, "properties": properties}),
            if_match=if_match,
        )
        return cast("types.User", self._json(call))

    def get_me_activity(
        self,
        *,
        cursor: str | None | Unset = UNSET,
    ) -> types.GetAdminAuditReply:
        """List what happened to one's account.

        `GET /api/v1/me/activity`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/activity",
            query=given({"cursor": cursor}),
            safe=True,
        )
        return cast("types.GetAdminAuditReply", self._json(call))

    def post_me_address_link(
        self,
        *,
        token: str,
    ) -> types.Outcome:
        """Confirm a new address by the link that was sent there.

        `POST /api/v1/me/address-link`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/me/address-link",
            body=given({"token": token}),
        )
        return cast("types.Outcome", self._json(call))

    def delete_me_address_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Forget a new address that waits to be confirmed.

        `DELETE /api/v1/me/address/{id}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/address/{segment(id)}",
            if_match=if_match,
        )
        self._json(call)

    def post_me_address_id_confirm(
        self,
        id: str,
        *,
        code: str,
    ) -> types.Outcome:
        """Confirm a new address by the code that was sent there.

        `POST /api/v1/me/address/{id}/confirm`, for whoever is signed in.
        """
        call = Call(
            "POST",
            f"/api/v1/me/address/{segment(id)}/confirm",
            body=given({"code": code}),
        )
        return cast("types.Outcome", self._json(call))

    def post_me_address_id_resend(
        self,
        id: str,
    ) -> None:
        """Send the code for a new address again.

        `POST /api/v1/me/address/{id}/resend`, for whoever is signed in.
        """
        call = Call(
            "POST",
            f"/api/v1/me/address/{segment(id)}/resend",
        )
        self._json(call)

    def delete_me_api_keys(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End every API key of one's own.

        `DELETE /api/v1/me/api-keys`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/api-keys",
            if_match=if_match,
        )
        self._json(call)

    def get_me_api_keys(
        self,
    ) -> types.GetAdminUsersIdApiKeysReply:
        """List one's API keys.

        `GET /api/v1/me/api-keys`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/api-keys",
            safe=True,
        )
        return cast("types.GetAdminUsersIdApiKeysReply", self._json(call))

    def post_me_api_keys(
        self,
        *,
        name: str,
        expires_at: str | None | Unset = UNSET,
        networks: list[str] | Unset = UNSET,
        not_before: str | None | Unset = UNSET,
        per_day: int | None | Unset = UNSET,
        per_minute: int | None | Unset = UNSET,
        permissions: list[str] | None | Unset = UNSET,
        refresh_until: str | None | Unset = UNSET,
        scopes: list[str] | None | Unset = UNSET,
    ) -> types.NewApiKey:
        """Make an API key.

        `POST /api/v1/me/api-keys`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/me/api-keys",
            body=given({"expires_at": expires_at, "name": name, "networks": networks, "not_before": not_before, "per_day": per_day, "per_minute": per_minute, "permissions": permissions, "refresh_until": refresh_until, "scopes": scopes}),
        )
        return cast("types.NewApiKey", self._json(call))

    def delete_me_api_keys_key(
        self,
        key: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End an API key.

        `DELETE /api/v1/me/api-keys/{key}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/api-keys/{segment(key)}",
            if_match=if_match,
        )
        self._json(call)

    def post_me_api_keys_key_rotate(
        self,
        key: str,
        *,
        overlap: int | Unset = UNSET,
    ) -> types.NewApiKey:
        """Replace an API key.

        `POST /api/v1/me/api-keys/{key}/rotate`, for whoever is signed in.
        """
        call = Call(
            "POST",
            f"/api/v1/me/api-keys/{segment(key)}/rotate",
            body=given({"overlap": overlap}),
        )
        return cast("types.NewApiKey", self._json(call))

    def post_me_codes(
        self,
        *,
        purpose: str,
    ) -> types.Begun:
        """Get a code for something of the app's own.

        `POST /api/v1/me/codes`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/me/codes",
            body=given({"purpose": purpose}),
        )
        return cast("types.Begun", self._json(call))

    def post_me_codes_id_spend(
        self,
        id: str,
        *,
        code: str,
        purpose: str,
    ) -> None:
        """Spend such a code.

        `POST /api/v1/me/codes/{id}/spend`, for whoever is signed in.
        """
        call = Call(
            "POST",
            f"/api/v1/me/codes/{segment(id)}/spend",
            body=given({"code": code, "purpose": purpose}),
        )
        self._json(call)

    def get_me_connections(
        self,
    ) -> types.GetMeConnectionsReply:
        """List the services that one signs in at.

        `GET /api/v1/me/connections`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/connections",
            safe=True,
        )
        return cast("types.GetMeConnectionsReply", self._json(call))

    def post_me_connections(
        self,
        *,
        provider: str,
        return_to: str | None | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.PostMeConnectionsReply:
        """Begin to connect a service.

        `POST /api/v1/me/connections`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/me/connections",
            body=given({"provider": provider, "return_to": return_to, "session": session}),
        )
        return cast("types.PostMeConnectionsReply", self._json(call))

    def delete_me_connections_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Disconnect a service.

        `DELETE /api/v1/me/connections/{id}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/connections/{segment(id)}",
            if_match=if_match,
        )
        self._json(call)

    def delete_me_devices(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Forget every device that is spared the second factor.

        `DELETE /api/v1/me/devices`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/devices",
            if_match=if_match,
        )
        self._json(call)

    def get_me_devices(
        self,
    ) -> types.GetMeDevicesReply:
        """List devices that are spared the second factor.

        `GET /api/v1/me/devices`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/devices",
            safe=True,
        )
        return cast("types.GetMeDevicesReply", self._json(call))

    def delete_me_devices_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Forget such a device.

        `DELETE /api/v1/me/devices/{id}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/devices/{segment(id)}",
            if_match=if_match,
        )
        self._json(call)

    def delete_me_email(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove one's e-mail address.

        `DELETE /api/v1/me/email`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/email",
            if_match=if_match,
        )
        self._json(call)

    def put_me_email(
        self,
        *,
        email: str,
        if_match: str | int | None = None,
    ) -> types.Begun:
        """Ask for another e-mail address.

        `PUT /api/v1/me/email`, for whoever is signed in.
        """
        call = Call(
            "PUT",
            "/api/v1/me/email",
            body=given({"email": email}),
            if_match=if_match,
        )
        return cast("types.Begun", self._json(call))

    def get_me_export(
        self,
    ) -> types.GetMeExportReply:
        """Get all that is kept about one.

        `GET /api/v1/me/export`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/export",
            safe=True,
        )
        return cast("types.GetMeExportReply", self._json(call))

    def get_me_factors(
        self,
    ) -> types.GetMeFactorsReply:
        """List one's second factors.

        `GET /api/v1/me/factors`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/factors",
            safe=True,
        )
        return cast("types.GetMeFactorsReply", self._json(call))

    def delete_me_factors_factor(
        self,
        factor: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a second factor of the app's own.

        `DELETE /api/v1/me/factors/{factor}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/factors/{segment(factor)}",
            if_match=if_match,
        )
        self._json(call)

    def post_me_factors_factor(
        self,
        factor: str,
    ) -> types.PostMeFactorsFactorReply:
        """Begin to set up a second factor of the app's own.

        `POST /api/v1/me/factors/{factor}`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            f"/api/v1/me/factors/{segment(factor)}",
        )
        return cast("types.PostMeFactorsFactorReply", self._json(call))

    def post_me_factors_factor_confirm(
        self,
        factor: str,
        *,
        code: str,
        flow_id: str,
    ) -> types.PostMeFactorsFactorConfirmReply:
        """Finish setting such a factor up.

        `POST /api/v1/me/factors/{factor}/confirm`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            f"/api/v1/me/factors/{segment(factor)}/confirm",
            body=given({"code": code, "flow_id": flow_id}),
        )
        return cast("types.PostMeFactorsFactorConfirmReply", self._json(call))

    def get_me_passkeys(
        self,
    ) -> types.GetMePasskeysReply:
        """List one's passkeys.

        `GET /api/v1/me/passkeys`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "GET",
            "/api/v1/me/passkeys",
            safe=True,
        )
        return cast("types.GetMePasskeysReply", self._json(call))

    def post_me_passkeys(
        self,
        *,
        credential: Any,
        flow_id: str,
        name: str | Unset = UNSET,
    ) -> types.Passkey:
        """Add the passkey that the browser made.

        `POST /api/v1/me/passkeys`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/me/passkeys",
            body=given({"credential": credential, "flow_id": flow_id, "name": name}),
        )
        return cast("types.Passkey", self._json(call))

    def post_me_passkeys_options(
        self,
    ) -> types.PostMePasskeysOptionsReply:
        """Begin to add a passkey.

        `POST /api/v1/me/passkeys/options`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/me/passkeys/options",
            body=given({}),
        )
        return cast("types.PostMePasskeysOptionsReply", self._json(call))

    def delete_me_passkeys_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a passkey.

        `DELETE /api/v1/me/passkeys/{id}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/passkeys/{segment(id)}",
            if_match=if_match,
        )
        self._json(call)

    def patch_me_passkeys_id(
        self,
        id: str,
        *,
        name: str,
        if_match: str | int | None = None,
    ) -> None:
        """Name a passkey.

        `PATCH /api/v1/me/passkeys/{id}`, for whoever is signed in.
        """
        call = Call(
            "PATCH",
            f"/api/v1/me/passkeys/{segment(id)}",
            body=given({"name": name}),
            if_match=if_match,
        )
        self._json(call)

    def put_me_password(
        self,
        *,
        new_password: str,
        current_password: str | None | Unset = UNSET,
        keep_other_sessions: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> types.Outcome:
        """Change one's password.

        `PUT /api/v1/me/password`, for whoever is signed in.
        """
        call = Call(
            "PUT",
            "/api/v1/me/password",
            body=given({"current_password": current_password, "keep_other_sessions": keep_other_sessions, "new_password": new_password}),
            if_match=if_match,
        )
        return cast("types.Outcome", self._json(call))

    def get_me_permissions(
        self,
    ) -> types.Permissions:
        """List what one holds.

        `GET /api/v1/me/permissions`, for whoever is signed in or has a key.
        """
        call = Call(
            "GET",
            "/api/v1/me/permissions",
            safe=True,
        )
        return cast("types.Permissions", self._json(call))

    def delete_me_phone(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove one's phone number.

        `DELETE /api/v1/me/phone`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/phone",
            if_match=if_match,
        )
        self._json(call)

    def put_me_phone(
        self,
        *,
        phone: str,
        if_match: str | int | None = None,
    ) -> types.Begun:
        """Ask for another phone number.

        `PUT /api/v1/me/phone`, for whoever is signed in.
        """
        call = Call(
            "PUT",
            "/api/v1/me/phone",
            body=given({"phone": phone}),
            if_match=if_match,
        )
        return cast("types.Begun", self._json(call))

    def get_me_recovery_codes(
        self,
    ) -> types.GetMeRecoveryCodesReply:
        """Count the recovery codes that are left.

        `GET /api/v1/me/recovery-codes`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/recovery-codes",
            safe=True,
        )
        return cast("types.GetMeRecoveryCodesReply", self._json(call))

    def post_me_recovery_codes(
        self,
    ) -> types.PostMeRecoveryCodesReply:
        """Get new recovery codes.

        `POST /api/v1/me/recovery-codes`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/me/recovery-codes",
        )
        return cast("types.PostMeRecoveryCodesReply", self._json(call))

    def delete_me_sessions(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End every other session of one's own.

        `DELETE /api/v1/me/sessions`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/sessions",
            if_match=if_match,
        )
        self._json(call)

    def get_me_sessions(
        self,
    ) -> types.GetAdminUsersIdSessionsReply:
        """List one's sessions.

        `GET /api/v1/me/sessions`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/sessions",
            safe=True,
        )
        return cast("types.GetAdminUsersIdSessionsReply", self._json(call))

    def delete_me_sessions_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End a session of one's own.

        `DELETE /api/v1/me/sessions/{id}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/sessions/{segment(id)}",
            if_match=if_match,
        )
        self._json(call)

    def delete_me_totp(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove the authenticator app.

        `DELETE /api/v1/me/totp`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/totp",
            if_match=if_match,
        )
        self._json(call)

    def post_me_totp(
        self,
    ) -> types.PostMeTotpReply:
        """Begin to set up an authenticator app.

        `POST /api/v1/me/totp`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/me/totp",
        )
        return cast("types.PostMeTotpReply", self._json(call))

    def post_me_totp_confirm(
        self,
        *,
        code: str,
        flow_id: str,
    ) -> types.PostMeFactorsFactorConfirmReply:
        """Finish setting it up.

        `POST /api/v1/me/totp/confirm`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/me/totp/confirm",
            body=given({"code": code, "flow_id": flow_id}),
        )
        return cast("types.PostMeFactorsFactorConfirmReply", self._json(call))

    def delete_me_username(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove one's username.

        `DELETE /api/v1/me/username`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/username",
            if_match=if_match,
        )
        self._json(call)

    def put_me_username(
        self,
        *,
        username: str,
        if_match: str | int | None = None,
    ) -> None:
        """Set one's username.

        `PUT /api/v1/me/username`, for whoever is signed in.
        """
        call = Call(
            "PUT",
            "/api/v1/me/username",
            body=given({"username": username}),
            if_match=if_match,
        )
        self._json(call)

    def post_password_check(
        self,
        *,
        password: str,
    ) -> types.PostPasswordCheckReply:
        """Say how good a password would be.

        `POST /api/v1/password/check`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/password/check",
            body=given({"password": password}),
            safe=True,
        )
        return cast("types.PostPasswordCheckReply", self._json(call))

    def get_providers(
        self,
    ) -> types.GetProvidersReply:
        """List the services that one can sign in at.

        `GET /api/v1/providers`, for anybody.
        """
        call = Call(
            "GET",
            "/api/v1/providers",
            safe=True,
        )
        return cast("types.GetProvidersReply", self._json(call))

    def post_recovery(
        self,
        *,
        identifier: str,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Begin to set a new password.

        `POST /api/v1/recovery`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/recovery",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "identifier": identifier}),
        )
        return cast("types.Outcome", self._json(call))

    def post_recovery_link(
        self,
        *,
        password: str,
        token: str,
        keep_other_sessions: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Set a new password by the link.

        `POST /api/v1/recovery-link`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/recovery-link",
            body=given({"keep_other_sessions": keep_other_sessions, "password": password, "session": session, "token": token}),
        )
        return cast("types.Outcome", self._json(call))

    def post_recovery_stop(
        self,
        *,
        token: str,
    ) -> types.Outcome:
        """Stop a recovery that somebody else began.

        `POST /api/v1/recovery-stop`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/recovery-stop",
            body=given({"token": token}),
        )
        return cast("types.Outcome", self._json(call))

    def post_recovery_id_confirm(
        self,
        id: str,
        *,
        code: str,
        password: str,
        keep_other_sessions: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Set a new password by the code.

        `POST /api/v1/recovery/{id}/confirm`, for anybody.
        """
        call = Call(
            "POST",
            f"/api/v1/recovery/{segment(id)}/confirm",
            body=given({"code": code, "keep_other_sessions": keep_other_sessions, "password": password, "session": session}),
        )
        return cast("types.Outcome", self._json(call))

    def post_restore_link(
        self,
        *,
        token: str,
    ) -> types.Outcome:
        """Bring one's deleted account back.

        `POST /api/v1/restore-link`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/restore-link",
            body=given({"token": token}),
        )
        return cast("types.Outcome", self._json(call))

    def get_session(
        self,
    ) -> types.Session:
        """Show the session.

        `GET /api/v1/session`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/session",
            safe=True,
        )
        return cast("types.Session", self._json(call))

    def patch_session(
        self,
        *,
        data: dict[str, Any],
        if_match: str | int | None = None,
    ) -> types.PatchSessionReply:
        """Change the app's data on the session.

        `PATCH /api/v1/session`, for whoever is signed in.
        """
        call = Call(
            "PATCH",
            "/api/v1/session",
            body=given({"data": data}),
            if_match=if_match,
        )
        return cast("types.PatchSessionReply", self._json(call))

    def get_session_csrf(
        self,
    ) -> types.GetSessionCsrfReply:
        """Get the token for forms.

        `GET /api/v1/session/csrf`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/session/csrf",
            safe=True,
        )
        return cast("types.GetSessionCsrfReply", self._json(call))

    def get_session_events(
        self,
    ) -> Iterator[Event]:
        """Follow the session until it ends.

        `GET /api/v1/session/events`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/session/events",
            safe=True,
        )
        return self._events(call)

    def post_session_step_up(
        self,
        *,
        code: str,
        method: str,
    ) -> types.Outcome:
        """Prove again who one is.

        `POST /api/v1/session/step-up`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/session/step-up",
            body=given({"code": code, "method": method}),
        )
        return cast("types.Outcome", self._json(call))

    def post_setup(
        self,
        *,
        email: str,
        password: str,
        token: str,
        name: str | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Make the first administrator.

        `POST /api/v1/setup`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/setup",
            body=given({"email": email, "name": name, "password": password, "session": session, "token": token}),
        )
        return cast("types.Outcome", self._json(call))

    def post_sign_in(
        self,
        *,
        identifier: str,
        password: str,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Sign in with a password.

        `POST /api/v1/sign-in`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "identifier": identifier, "password": password, "remember": remember, "session": session}),
        )
        return cast("types.Outcome", self._json(call))

    def post_sign_in_anonymous(
        self,
        *,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Begin without an account.

        `POST /api/v1/sign-in/anonymous`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/anonymous",
            body=given({"session": session}),
        )
        return cast("types.Outcome", self._json(call))

    def post_sign_in_by_method(
        self,
        method: str,
        *,
        answer: str,
        identifier: str,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Sign in by a way of the app's own.

        `POST /api/v1/sign-in/by/{method}`, for anybody.
        """
        call = Call(
            "POST",
            f"/api/v1/sign-in/by/{segment(method)}",
            body=given({"answer": answer, "captcha": captcha, "captcha_token": captcha_token, "identifier": identifier, "remember": remember, "session": session}),
        )
        return cast("types.Outcome", self._json(call))

    def post_sign_in_code(
        self,
        *,
        identifier: str,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        return_to: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Have a code for signing in sent.

        `POST /api/v1/sign-in/code`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/code",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "identifier": identifier, "return_to": return_to}),
        )
        return cast("types.Outcome", self._json(call))

    def post_sign_in_code_confirm(
        self,
        *,
        code: str,
        flow_id: str,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Sign in with the code.

        `POST /api/v1/sign-in/code/confirm`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/code/confirm",
            body=given({"code": code, "flow_id": flow_id, "remember": remember, "session": session}),
        )
        return cast("types.Outcome", self._json(call))

    def post_sign_in_code_resend(
        self,
        *,
        flow_id: str,
    ) -> None:
        """Send the code for signing in again.

        `POST /api/v1/sign-in/code/resend`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/code/resend",
            body=given({"flow_id": flow_id}),
        )
        self._json(call)

    def post_sign_in_link(
        self,
        *,
        identifier: str,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        return_to: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Have a link for signing in sent.

        `POST /api/v1/sign-in/link`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/link",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "identifier": identifier, "return_to": return_to}),
        )
        return cast("types.Outcome", self._json(call))

    def post_sign_in_link_confirm(
        self,
        *,
        code: str | None | Unset = UNSET,
        flow_id: str | None | Unset = UNSET,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
        token: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Sign in with the link or its code.

        `POST /api/v1/sign-in/link/confirm`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/link/confirm",
            body=given({"code": code, "flow_id": flow_id, "remember": remember, "session": session, "token": token}),
        )
        return cast("types.Outcome", self._json(call))

    def post_sign_in_link_resend(
        self,
        *,
        flow_id: str,
    ) -> None:
        """Send the link for signing in again.

        `POST /api/v1/sign-in/link/resend`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/link/resend",
            body=given({"flow_id": flow_id}),
        )
        self._json(call)

    def post_sign_in_mfa(
        self,
        *,
        code: str,
        flow_id: str,
        method: str,
        flow_token: str | None | Unset = UNSET,
        trust_device: bool | Unset = UNSET,
    ) -> types.Outcome:
        """Finish signing in with a second factor.

        `POST /api/v1/sign-in/mfa`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/mfa",
            body=given({"code": code, "flow_id": flow_id, "flow_token": flow_token, "method": method, "trust_device": trust_device}),
        )
        return cast("types.Outcome", self._json(call))

    def post_sign_in_provider(
        self,
        *,
        provider: str,
        again: bool | Unset = UNSET,
        remember: bool | Unset = UNSET,
        return_to: str | None | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.PostMeConnectionsReply:
        """Begin to sign in at a service.

        `POST /api/v1/sign-in/provider`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/provider",
            body=given({"again": again, "provider": provider, "remember": remember, "return_to": return_to, "session": session}),
        )
        return cast("types.PostMeConnectionsReply", self._json(call))

    def post_sign_in_provider_callback(
        self,
        *,
        provider: str,
        code: str | None | Unset = UNSET,
        error: str | None | Unset = UNSET,
        flow_token: str | None | Unset = UNSET,
        iss: str | None | Unset = UNSET,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
        state: str | None | Unset = UNSET,
        user: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Come back from a service.

        `POST /api/v1/sign-in/provider/callback`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/provider/callback",
            body=given({"code": code, "error": error, "flow_token": flow_token, "iss": iss, "provider": provider, "remember": remember, "session": session, "state": state, "user": user}),
        )
        return cast("types.Outcome", self._json(call))

    def post_sign_out(
        self,
    ) -> None:
        """Sign out.

        `POST /api/v1/sign-out`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-out",
        )
        self._json(call)

    def post_sign_out_all(
        self,
    ) -> None:
        """End every session of one's own.

        `POST /api/v1/sign-out/all`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/sign-out/all",
        )
        self._json(call)

    def post_sign_up(
        self,
        *,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        email: str | None | Unset = UNSET,
        invitation: str | None | Unset = UNSET,
        name: str | None | Unset = UNSET,
        password: str | None | Unset = UNSET,
        phone: str | None | Unset = UNSET,
        properties: dict[str, Any] | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
        username: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Sign up.

        `POST /api/v1/sign-up`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-up",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "email": email, "invitation": invitation, "name": name, "password": password, "phone": phone, "properties": properties, "session": session, "username": username}),
        )
        return cast("types.Outcome", self._json(call))

    def post_token(
        self,
        *,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        client_id: str | Unset = UNSET,
        grant_type: Literal["session", "password", "refresh_token"] | Unset = UNSET,
        password: str | None | Unset = UNSET,
        refresh_token: str | None | Unset = UNSET,
        scope: str | None | Unset = UNSET,
        username: str | None | Unset = UNSET,
    ) -> types.PostTokenReply:
        """Get an access token.

        `POST /api/v1/token`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/token",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "client_id": client_id, "grant_type": grant_type, "password": password, "refresh_token": refresh_token, "scope": scope, "username": username}),
        )
        return cast("types.PostTokenReply", self._json(call))

    def post_token_introspect(
        self,
        *,
        token: str,
        token_type_hint: str | None | Unset = UNSET,
    ) -> types.PostTokenIntrospectReply:
        """Ask what a token is worth.

        `POST /api/v1/token/introspect`, for whoever holds `tokens:introspect`.
        """
        call = Call(
            "POST",
            "/api/v1/token/introspect",
            body=given({"token": token, "token_type_hint": token_type_hint}),
        )
        return cast("types.PostTokenIntrospectReply", self._json(call))

    def post_token_revoke(
        self,
        *,
        token: str,
        token_type_hint: str | None | Unset = UNSET,
    ) -> None:
        """Make a token worthless.

        `POST /api/v1/token/revoke`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/token/revoke",
            body=given({"token": token, "token_type_hint": token_type_hint}),
        )
        self._json(call)

    def post_undo_link(
        self,
        *,
        token: str,
    ) -> types.Outcome:
        """Take a change of an address back.

        `POST /api/v1/undo-link`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/undo-link",
            body=given({"token": token}),
        )
        return cast("types.Outcome", self._json(call))

    def post_verifications(
        self,
    ) -> types.Begun:
        """Have a code sent that proves one's address.

        `POST /api/v1/verifications`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/verifications",
        )
        return cast("types.Begun", self._json(call))

    def post_verifications_id_confirm(
        self,
        id: str,
        *,
        code: str,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Prove an address by the code.

        `POST /api/v1/verifications/{id}/confirm`, for anybody.
        """
        call = Call(
            "POST",
            f"/api/v1/verifications/{segment(id)}/confirm",
            body=given({"code": code, "session": session}),
        )
        return cast("types.Outcome", self._json(call))

    def post_verifications_id_resend(
        self,
        id: str,
    ) -> None:
        """Send the code again.

        `POST /api/v1/verifications/{id}/resend`, for anybody.
        """
        call = Call(
            "POST",
            f"/api/v1/verifications/{segment(id)}/resend",
        )
        self._json(call)

    def post_verify_link(
        self,
        *,
        token: str,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Prove an address by the link.

        `POST /api/v1/verify-link`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/verify-link",
            body=given({"session": session, "token": token}),
        )
        return cast("types.Outcome", self._json(call))

    def post_webauthn_sign_in(
        self,
        *,
        credential: Any,
        flow_id: str,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Sign in with a passkey.

        `POST /api/v1/webauthn/sign-in`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/webauthn/sign-in",
            body=given({"credential": credential, "flow_id": flow_id, "remember": remember, "session": session}),
        )
        return cast("types.Outcome", self._json(call))

    def post_webauthn_sign_in_options(
        self,
        *,
        flow_id: str | None | Unset = UNSET,
        flow_token: str | None | Unset = UNSET,
    ) -> types.PostMePasskeysOptionsReply:
        """Begin to sign in with a passkey.

        `POST /api/v1/webauthn/sign-in/options`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/webauthn/sign-in/options",
            body=given({"flow_id": flow_id, "flow_token": flow_token}),
        )
        return cast("types.PostMePasskeysOptionsReply", self._json(call))


class AsyncOperations:
    """Every operation of the API."""

    async def _json(self, call: Call) -> Any:
        raise NotImplementedError

    async def _bytes(self, call: Call) -> bytes:
        raise NotImplementedError

    def _events(self, call: Call) -> AsyncIterator[Event]:
        raise NotImplementedError

    async def get_admin_acl(
        self,
    ) -> types.GetAdminAclReply:
        """List access control lists.

        `GET /api/v1/admin/acl`, for whoever holds `acl:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/acl",
            safe=True,
        )
        return cast("types.GetAdminAclReply", await self._json(call))

    async def delete_admin_acl_name(
        self,
        name: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove an access control list.

        `DELETE /api/v1/admin/acl/{name}`, for whoever holds `acl:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/acl/{segment(name)}",
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_acl_name(
        self,
        name: str,
    ) -> types.AccessList:
        """Show an access control list.

        `GET /api/v1/admin/acl/{name}`, for whoever holds `acl:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/acl/{segment(name)}",
            safe=True,
        )
        return cast("types.AccessList", await self._json(call))

    async def put_admin_acl_name(
        self,
        name: str,
        *,
        entries: list[str],
        if_match: str | int | None = None,
    ) -> types.AccessList:
        """Replace an access control list.

        `PUT /api/v1/admin/acl/{name}`, for whoever holds `acl:edit`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/acl/{segment(name)}",
            body=given({"entries": entries}),
            if_match=if_match,
        )
        return cast("types.AccessList", await self._json(call))

    async def get_admin_audit(
        self,
        *,
        cursor: str | None | Unset = UNSET,
        lang: str | None | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        type: str | None | Unset = UNSET,
        user: str | None | Unset = UNSET,
    ) -> types.GetAdminAuditReply:
        """List the audit log, newest first.

        `GET /api/v1/admin/audit`, for whoever holds `audit:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/audit",
            query=given({"cursor": cursor, "lang": lang, "limit": limit, "type": type, "user": user}),
            safe=True,
        )
        return cast("types.GetAdminAuditReply", await self._json(call))

    async def get_admin_audit_verify(
        self,
    ) -> types.GetAdminAuditVerifyReply:
        """Verify the chain of the audit log.

        `GET /api/v1/admin/audit/verify`, for whoever holds `audit:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/audit/verify",
            safe=True,
        )
        return cast("types.GetAdminAuditVerifyReply", await self._json(call))

    async def get_admin_exclusive_roles(
        self,
    ) -> types.GetAdminExclusiveRolesReply:
        """List the sets of roles that exclude each other.

        `GET /api/v1/admin/exclusive-roles`, for whoever holds `roles:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/exclusive-roles",
            safe=True,
        )
        return cast("types.GetAdminExclusiveRolesReply", await self._json(call))

    async def delete_admin_exclusive_roles_set(
        self,
        set: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a set of exclusive roles.

        `DELETE /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/exclusive-roles/{segment(set)}",
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_exclusive_roles_set(
        self,
        set: str,
    ) -> types.ExclusiveRoles:
        """Show a set of exclusive roles.

        `GET /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/exclusive-roles/{segment(set)}",
            safe=True,
        )
        return cast("types.ExclusiveRoles", await self._json(call))

    async def put_admin_exclusive_roles_set(
        self,
        set: str,
        *,
        roles: list[str],
        if_match: str | int | None = None,
    ) -> None:
        """Let nobody have two of these roles.

        `PUT /api/v1/admin/exclusive-roles/{set}`, for whoever holds `roles:edit`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/exclusive-roles/{segment(set)}",
            body=given({"roles": roles}),
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_groups(
        self,
    ) -> types.GetAdminGroupsReply:
        """List groups.

        `GET /api/v1/admin/groups`, for whoever holds `groups:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/groups",
            safe=True,
        )
        return cast("types.GetAdminGroupsReply", await self._json(call))

    async def post_admin_groups(
        self,
        *,
        name: str,
        description: str | Unset = UNSET,
    ) -> types.PostAdminGroupsReply:
        """Make a group.

        `POST /api/v1/admin/groups`, for whoever holds `groups:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/groups",
            body=given({"description": description, "name": name}),
        )
        return cast("types.PostAdminGroupsReply", await self._json(call))

    async def delete_admin_groups_group(
        self,
        group: str,
        *,
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a group.

        `DELETE /api/v1/admin/groups/{group}`, for whoever holds `groups:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/groups/{segment(group)}",
            query=given({"force": force}),
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_groups_group(
        self,
        group: str,
    ) -> types.Group:
        """Show a group.

        `GET /api/v1/admin/groups/{group}`, for whoever holds `groups:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/groups/{segment(group)}",
            safe=True,
        )
        return cast("types.Group", await self._json(call))

    async def get_admin_groups_group_members(
        self,
        group: str,
        *,
        cursor: str | None | Unset = UNSET,
        limit: int | None | Unset = UNSET,
    ) -> types.GetAdminGroupsGroupMembersReply:
        """List who is in a group.

        `GET /api/v1/admin/groups/{group}/members`, for whoever holds `groups:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/groups/{segment(group)}/members",
            query=given({"cursor": cursor, "limit": limit}),
            safe=True,
        )
        return cast("types.GetAdminGroupsGroupMembersReply", await self._json(call))

    async def delete_admin_groups_group_members_user(
        self,
        group: str,
        user: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Take an account out of a group.

        `DELETE /api/v1/admin/groups/{group}/members/{user}`, for whoever holds `groups:grant`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/groups/{segment(group)}/members/{segment(user)}",
            if_match=if_match,
        )
        await self._json(call)

    async def put_admin_groups_group_members_user(
        self,
        group: str,
        user: str,
        *,
        expires_at: str | None | Unset = UNSET,
        not_before: str | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Put an account into a group.

        `PUT /api/v1/admin/groups/{group}/members/{user}`, for whoever holds `groups:grant`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/groups/{segment(group)}/members/{segment(user)}",
            body=given({"expires_at": expires_at, "not_before": not_before}),
            if_match=if_match,
        )
        await self._json(call)

    async def put_admin_groups_group_roles(
        self,
        group: str,
        *,
        roles: list[str],
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Set the roles that a group gives.

        `PUT /api/v1/admin/groups/{group}/roles`, for whoever holds `groups:edit`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/groups/{segment(group)}/roles",
            body=given({"force": force, "roles": roles}),
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_holders(
        self,
        *,
        cursor: str | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        permission: str | Unset = UNSET,
        role: str | Unset = UNSET,
    ) -> types.GetAdminHoldersReply:
        """Find who holds a permission, and by which rule.

        `GET /api/v1/admin/holders`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/holders",
            query=given({"cursor": cursor, "limit": limit, "permission": permission, "role": role}),
            safe=True,
        )
        return cast("types.GetAdminHoldersReply", await self._json(call))

    async def get_admin_invitations(
        self,
        *,
        cursor: str | None | Unset = UNSET,
    ) -> types.GetAdminInvitationsReply:
        """List invitations, newest first.

        `GET /api/v1/admin/invitations`, for whoever holds `invitations:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/invitations",
            query=given({"cursor": cursor}),
            safe=True,
        )
        return cast("types.GetAdminInvitationsReply", await self._json(call))

    async def post_admin_invitations(
        self,
        *,
        email: str | None | Unset = UNSET,
        expires_in: int | None | Unset = UNSET,
        roles: list[str] | Unset = UNSET,
    ) -> types.PostAdminInvitationsReply:
        """Invite somebody.

        `POST /api/v1/admin/invitations`, for whoever holds `invitations:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/invitations",
            body=given({"email": email, "expires_in": expires_in, "roles": roles}),
        )
        return cast("types.PostAdminInvitationsReply", await self._json(call))

    async def delete_admin_invitations_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Take an invitation back.

        `DELETE /api/v1/admin/invitations/{id}`, for whoever holds `invitations:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/invitations/{segment(id)}",
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_matrix(
        self,
        *,
        also: str | Unset = UNSET,
        cursor: str | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        q: str | Unset = UNSET,
        role: str | Unset = UNSET,
        roles_cursor: str | Unset = UNSET,
        roles_limit: int | None | Unset = UNSET,
    ) -> types.GetAdminMatrixReply:
        """Show roles against permissions.

        `GET /api/v1/admin/matrix`, for whoever holds `roles:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/matrix",
            query=given({"also": also, "cursor": cursor, "limit": limit, "q": q, "role": role, "roles_cursor": roles_cursor, "roles_limit": roles_limit}),
            safe=True,
        )
        return cast("types.GetAdminMatrixReply", await self._json(call))

    async def put_admin_matrix(
        self,
        *,
        changes: list[types.Change],
        version: int,
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> types.Changed:
        """Change cells of the matrix, all or none.

        `PUT /api/v1/admin/matrix`, for whoever holds `roles:edit`.
        """
        call = Call(
            "PUT",
            "/api/v1/admin/matrix",
            body=given({"changes": changes, "force": force, "version": version}),
            if_match=if_match,
        )
        return cast("types.Changed", await self._json(call))

    async def post_admin_matrix_review(
        self,
        *,
        changes: list[types.Change],
        version: int,
        force: bool | Unset = UNSET,
    ) -> types.PostAdminMatrixReviewReply:
        """Say what a change of the matrix would do.

        `POST /api/v1/admin/matrix/review`, for whoever holds `roles:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/matrix/review",
            body=given({"changes": changes, "force": force, "version": version}),
            safe=True,
        )
        return cast("types.PostAdminMatrixReviewReply", await self._json(call))

    async def get_admin_messages(
        self,
    ) -> types.GetAdminMessagesReply:
        """List the outbox.

        `GET /api/v1/admin/messages`, for whoever holds `messages:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/messages",
            safe=True,
        )
        return cast("types.GetAdminMessagesReply", await self._json(call))

    async def get_admin_policy(
        self,
    ) -> types.GetAdminPolicyReply:
        """Show the stored policy document.

        `GET /api/v1/admin/policy`, for whoever holds `policy:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/policy",
            safe=True,
        )
        return cast("types.GetAdminPolicyReply", await self._json(call))

    async def put_admin_policy(
        self,
        *,
        text: str,
        force: bool | Unset = UNSET,
        version: int | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> types.PutAdminPolicyReply:
        """Replace the stored policy document.

        `PUT /api/v1/admin/policy`, for whoever holds `policy:edit`.
        """
        call = Call(
            "PUT",
            "/api/v1/admin/policy",
            body=given({"force": force, "text": text, "version": version}),
            if_match=if_match,
        )
        return cast("types.PutAdminPolicyReply", await self._json(call))

    async def post_admin_policy_check(
        self,
        *,
        text: str,
    ) -> types.PostAdminPolicyCheckReply:
        """Say what a policy document would change.

        `POST /api/v1/admin/policy/check`, for whoever holds `policy:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/policy/check",
            body=given({"text": text}),
            safe=True,
        )
        return cast("types.PostAdminPolicyCheckReply", await self._json(call))

    async def delete_admin_relations(
        self,
        *,
        object: str | Unset = UNSET,
        relation: str | Unset = UNSET,
        subject: str | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a relation.

        `DELETE /api/v1/admin/relations`, for whoever holds `relations:edit`.
        """
        call = Call(
            "DELETE",
            "/api/v1/admin/relations",
            query=given({"object": object, "relation": relation, "subject": subject}),
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_relations(
        self,
        *,
        cursor: str | None | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        object: str | None | Unset = UNSET,
        relation: str | None | Unset = UNSET,
        subject: str | None | Unset = UNSET,
    ) -> types.GetAdminRelationsReply:
        """List stored relations.

        `GET /api/v1/admin/relations`, for whoever holds `relations:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/relations",
            query=given({"cursor": cursor, "limit": limit, "object": object, "relation": relation, "subject": subject}),
            safe=True,
        )
        return cast("types.GetAdminRelationsReply", await self._json(call))

    async def post_admin_relations(
        self,
        *,
        add: list[types.Relation] | Unset = UNSET,
        remove: list[types.Relation] | Unset = UNSET,
    ) -> None:
        """Add and remove relations.

        `POST /api/v1/admin/relations`, for whoever holds `relations:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/relations",
            body=given({"add": add, "remove": remove}),
        )
        await self._json(call)

    async def get_admin_roles(
        self,
        *,
        cursor: str | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        q: str | Unset = UNSET,
    ) -> types.GetAdminRolesReply:
        """List roles.

        `GET /api/v1/admin/roles`, for whoever holds `roles:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/roles",
            query=given({"cursor": cursor, "limit": limit, "q": q}),
            safe=True,
        )
        return cast("types.GetAdminRolesReply", await self._json(call))

    async def post_admin_roles(
        self,
        *,
        name: str,
        description: str | Unset = UNSET,
    ) -> types.PostAdminGroupsReply:
        """Make a role.

        `POST /api/v1/admin/roles`, for whoever holds `roles:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/roles",
            body=given({"description": description, "name": name}),
        )
        return cast("types.PostAdminGroupsReply", await self._json(call))

    async def delete_admin_roles_role(
        self,
        role: str,
        *,
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a role.

        `DELETE /api/v1/admin/roles/{role}`, for whoever holds `roles:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/roles/{segment(role)}",
            query=given({"force": force}),
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_roles_role(
        self,
        role: str,
    ) -> types.GetAdminRolesReplyRole:
        """Show a role.

        `GET /api/v1/admin/roles/{role}`, for whoever holds `roles:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/roles/{segment(role)}",
            safe=True,
        )
        return cast("types.GetAdminRolesReplyRole", await self._json(call))

    async def put_admin_roles_role_inherits(
        self,
        role: str,
        *,
        inherits: list[str],
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Set the roles that a role inherits.

        `PUT /api/v1/admin/roles/{role}/inherits`, for whoever holds `roles:edit`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/roles/{segment(role)}/inherits",
            body=given({"force": force, "inherits": inherits}),
            if_match=if_match,
        )
        await self._json(call)

    async def put_admin_roles_role_permissions(
        self,
        role: str,
        *,
        effect: str | None,
        permission: str,
        force: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Set or remove a rule of a role.

        `PUT /api/v1/admin/roles/{role}/permissions`, for whoever holds `roles:edit`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/roles/{segment(role)}/permissions",
            body=given({"effect": effect, "force": force, "permission": permission}),
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_users(
        self,
        *,
        cursor: str | None | Unset = UNSET,
        email: str | None | Unset = UNSET,
        lang: str | None | Unset = UNSET,
        limit: int | None | Unset = UNSET,
        phone: str | None | Unset = UNSET,
        property: str | None | Unset = UNSET,
        q: str | Unset = UNSET,
        role: str | None | Unset = UNSET,
        status: str | None | Unset = UNSET,
        username: str | None | Unset = UNSET,
        value: str | None | Unset = UNSET,
    ) -> types.GetAdminUsersReply:
        """Find accounts, newest first.

        `GET /api/v1/admin/users`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            "/api/v1/admin/users",
            query=given({"cursor": cursor, "email": email, "lang": lang, "limit": limit, "phone": phone, "property": property, "q": q, "role": role, "status": status, "username": username, "value": value}),
            safe=True,
        )
        return cast("types.GetAdminUsersReply", await self._json(call))

    async def post_admin_users(
        self,
        *,
        email: str | None | Unset = UNSET,
        name: str | Unset = UNSET,
        password: str | None | Unset = UNSET,
        phone: str | None | Unset = UNSET,
        username: str | None | Unset = UNSET,
        verified: bool | Unset = UNSET,
    ) -> types.User:
        """Add an account.

        `POST /api/v1/admin/users`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            "/api/v1/admin/users",
            body=given({"email": email, "name": name, "password": password, "phone": phone, "username": username, "verified": verified}),
        )
        return cast("types.User", await self._json(call))

    async def delete_admin_users_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Delete an account.

        `DELETE /api/v1/admin/users/{id}`, for whoever holds `users:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}",
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_users_id(
        self,
        id: str,
    ) -> types.UserDetail:
        """Show an account with what it holds.

        `GET /api/v1/admin/users/{id}`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/users/{segment(id)}",
            safe=True,
        )
        return cast("types.UserDetail", await self._json(call))

    async def patch_admin_users_id(
        self,
        id: str,
        *,
        email: str | None | Unset = UNSET,
        name: str | None | Unset = UNSET,
        phone: str | None | Unset = UNSET,
        properties: dict[str, Any] | None | Unset = UNSET,
        username: str | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> types.UserDetail:
        """Change names and properties of an account.

        `PATCH /api/v1/admin/users/{id}`, for whoever holds `users:edit`.
        """
        call = Call(
            "PATCH",
            f"/api/v1/admin/users/{segment(id)}",
            body=given({"email": email, "name": name, "phone": phone, "properties": properties, "username": username}),
            if_match=if_match,
        )
        return cast("types.UserDetail", await self._json(call))

    async def delete_admin_users_id_api_keys(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End every API key of an account.

        `DELETE /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}/api-keys",
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_users_id_api_keys(
        self,
        id: str,
    ) -> types.GetAdminUsersIdApiKeysReply:
        """List the API keys of an account.

        `GET /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/users/{segment(id)}/api-keys",
            safe=True,
        )
        return cast("types.GetAdminUsersIdApiKeysReply", await self._json(call))

    async def post_admin_users_id_api_keys(
        self,
        id: str,
        *,
        name: str,
        expires_at: str | None | Unset = UNSET,
        networks: list[str] | Unset = UNSET,
        not_before: str | None | Unset = UNSET,
        per_day: int | None | Unset = UNSET,
        per_minute: int | None | Unset = UNSET,
        permissions: list[str] | None | Unset = UNSET,
        refresh_until: str | None | Unset = UNSET,
        scopes: list[str] | None | Unset = UNSET,
    ) -> types.NewApiKey:
        """Make an API key for an account.

        `POST /api/v1/admin/users/{id}/api-keys`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/api-keys",
            body=given({"expires_at": expires_at, "name": name, "networks": networks, "not_before": not_before, "per_day": per_day, "per_minute": per_minute, "permissions": permissions, "refresh_until": refresh_until, "scopes": scopes}),
        )
        return cast("types.NewApiKey", await self._json(call))

    async def delete_admin_users_id_api_keys_key(
        self,
        id: str,
        key: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End an API key of an account.

        `DELETE /api/v1/admin/users/{id}/api-keys/{key}`, for whoever holds `users:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}/api-keys/{segment(key)}",
            if_match=if_match,
        )
        await self._json(call)

    async def post_admin_users_id_api_keys_key_rotate(
        self,
        id: str,
        key: str,
        *,
        overlap: int | Unset = UNSET,
    ) -> types.NewApiKey:
        """Replace an API key of an account.

        `POST /api/v1/admin/users/{id}/api-keys/{key}/rotate`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/api-keys/{segment(key)}/rotate",
            body=given({"overlap": overlap}),
        )
        return cast("types.NewApiKey", await self._json(call))

    async def post_admin_users_id_impersonate(
        self,
        id: str,
        *,
        reason: str,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Act as somebody else for a while.

        `POST /api/v1/admin/users/{id}/impersonate`, for whoever holds `users:impersonate`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/impersonate",
            body=given({"reason": reason, "session": session}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_admin_users_id_lock(
        self,
        id: str,
        *,
        reason: str | Unset = UNSET,
    ) -> types.UserDetail:
        """Lock an account and end its sessions.

        `POST /api/v1/admin/users/{id}/lock`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/lock",
            body=given({"reason": reason}),
        )
        return cast("types.UserDetail", await self._json(call))

    async def delete_admin_users_id_permissions(
        self,
        id: str,
        *,
        effect: str | Unset = UNSET,
        permission: str | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Take a permission that was given directly.

        `DELETE /api/v1/admin/users/{id}/permissions`, for whoever holds `roles:grant`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}/permissions",
            query=given({"effect": effect, "permission": permission}),
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_users_id_permissions(
        self,
        id: str,
    ) -> types.GetAdminUsersIdPermissionsReply:
        """List permissions that were given directly.

        `GET /api/v1/admin/users/{id}/permissions`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/users/{segment(id)}/permissions",
            safe=True,
        )
        return cast("types.GetAdminUsersIdPermissionsReply", await self._json(call))

    async def put_admin_users_id_permissions(
        self,
        id: str,
        *,
        effect: str,
        permission: str,
        expires_at: str | None | Unset = UNSET,
        not_before: str | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Give or deny a permission directly.

        `PUT /api/v1/admin/users/{id}/permissions`, for whoever holds `roles:grant`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/users/{segment(id)}/permissions",
            body=given({"effect": effect, "expires_at": expires_at, "not_before": not_before, "permission": permission}),
            if_match=if_match,
        )
        await self._json(call)

    async def post_admin_users_id_reset_mfa(
        self,
        id: str,
    ) -> types.UserDetail:
        """Remove the second factors of an account.

        `POST /api/v1/admin/users/{id}/reset-mfa`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/reset-mfa",
        )
        return cast("types.UserDetail", await self._json(call))

    async def post_admin_users_id_restore(
        self,
        id: str,
    ) -> types.UserDetail:
        """Bring a deleted account back.

        `POST /api/v1/admin/users/{id}/restore`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/restore",
        )
        return cast("types.UserDetail", await self._json(call))

    async def delete_admin_users_id_roles_role(
        self,
        id: str,
        role: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Take a role from an account.

        `DELETE /api/v1/admin/users/{id}/roles/{role}`, for whoever holds `roles:grant`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}/roles/{segment(role)}",
            if_match=if_match,
        )
        await self._json(call)

    async def put_admin_users_id_roles_role(
        self,
        id: str,
        role: str,
        *,
        expires_at: str | None | Unset = UNSET,
        not_before: str | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> None:
        """Give a role to an account.

        `PUT /api/v1/admin/users/{id}/roles/{role}`, for whoever holds `roles:grant`.
        """
        call = Call(
            "PUT",
            f"/api/v1/admin/users/{segment(id)}/roles/{segment(role)}",
            body=given({"expires_at": expires_at, "not_before": not_before}),
            if_match=if_match,
        )
        await self._json(call)

    async def get_admin_users_id_sessions(
        self,
        id: str,
    ) -> types.GetAdminUsersIdSessionsReply:
        """List the sessions of an account.

        `GET /api/v1/admin/users/{id}/sessions`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/users/{segment(id)}/sessions",
            safe=True,
        )
        return cast("types.GetAdminUsersIdSessionsReply", await self._json(call))

    async def delete_admin_users_id_sessions_session(
        self,
        id: str,
        session: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End a session of an account.

        `DELETE /api/v1/admin/users/{id}/sessions/{session}`, for whoever holds `users:edit`.
        """
        call = Call(
            "DELETE",
            f"/api/v1/admin/users/{segment(id)}/sessions/{segment(session)}",
            if_match=if_match,
        )
        await self._json(call)

    async def post_admin_users_id_set_password(
        self,
        id: str,
        *,
        password: str,
        temporary: bool | Unset = UNSET,
    ) -> None:
        """Set the password of an account.

        `POST /api/v1/admin/users/{id}/set-password`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/set-password",
            body=given({"password": password, "temporary": temporary}),
        )
        await self._json(call)

    async def post_admin_users_id_sign_out(
        self,
        id: str,
    ) -> None:
        """End every session of an account.

        `POST /api/v1/admin/users/{id}/sign-out`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/sign-out",
        )
        await self._json(call)

    async def post_admin_users_id_unlock(
        self,
        id: str,
    ) -> types.UserDetail:
        """Unlock an account.

        `POST /api/v1/admin/users/{id}/unlock`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/unlock",
        )
        return cast("types.UserDetail", await self._json(call))

    async def post_admin_users_id_verify(
        self,
        id: str,
    ) -> types.UserDetail:
        """Count every address of an account as proven.

        `POST /api/v1/admin/users/{id}/verify`, for whoever holds `users:edit`.
        """
        call = Call(
            "POST",
            f"/api/v1/admin/users/{segment(id)}/verify",
        )
        return cast("types.UserDetail", await self._json(call))

    async def get_admin_users_id_why(
        self,
        id: str,
    ) -> types.GetAdminUsersIdWhyReply:
        """Say why somebody could or could not sign in.

        `GET /api/v1/admin/users/{id}/why`, for whoever holds `users:view`.
        """
        call = Call(
            "GET",
            f"/api/v1/admin/users/{segment(id)}/why",
            safe=True,
        )
        return cast("types.GetAdminUsersIdWhyReply", await self._json(call))

    async def post_api_keys_refresh(
        self,
        *,
        refresh_token: str,
    ) -> types.NewApiKey:
        """Get an API key anew by the token beside it.

        `POST /api/v1/api-keys/refresh`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/api-keys/refresh",
            body=given({"refresh_token": refresh_token}),
        )
        return cast("types.NewApiKey", await self._json(call))

    async def post_api_keys_report(
        self,
        *,
        api_key: str,
        place: str | Unset = UNSET,
    ) -> None:
        """Report an API key that was found in public.

        `POST /api/v1/api-keys/report`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/api-keys/report",
            body=given({"api_key": api_key, "place": place}),
        )
        await self._json(call)

    async def get_can(
        self,
        *,
        permission: str | Unset = UNSET,
        resource: str | None | Unset = UNSET,
    ) -> types.Answer:
        """Ask whether one may do something.

        `GET /api/v1/can`, for whoever is signed in or has a key.
        """
        call = Call(
            "GET",
            "/api/v1/can",
            query=given({"permission": permission, "resource": resource}),
            safe=True,
        )
        return cast("types.Answer", await self._json(call))

    async def post_can(
        self,
        *,
        permission: str,
        context: dict[str, Any] | Unset = UNSET,
        resource: types.Resource | None | Unset = UNSET,
    ) -> types.Answer:
        """Ask whether one may do something, with circumstances.

        `POST /api/v1/can`, for whoever is signed in or has a key.
        """
        call = Call(
            "POST",
            "/api/v1/can",
            body=given({"context": context, "permission": permission, "resource": resource}),
            safe=True,
        )
        return cast("types.Answer", await self._json(call))

    async def post_can_batch(
        self,
        *,
        questions: list[types.Question],
        context: dict[str, Any] | Unset = UNSET,
    ) -> types.PostCanBatchReply:
        """Ask up to 100 such questions at once.

        `POST /api/v1/can/batch`, for whoever is signed in or has a key.
        """
        call = Call(
            "POST",
            "/api/v1/can/batch",
            body=given({"context": context, "questions": questions}),
            safe=True,
        )
        return cast("types.PostCanBatchReply", await self._json(call))

    async def post_can_explain(
        self,
        *,
        permission: str,
        context: dict[str, Any] | Unset = UNSET,
        resource: types.Resource | None | Unset = UNSET,
        subject: str | None | Unset = UNSET,
    ) -> types.PostCanExplainReply:
        """Ask why one may or may not.

        `POST /api/v1/can/explain`, for whoever is signed in or has a key.
        """
        call = Call(
            "POST",
            "/api/v1/can/explain",
            body=given({"context": context, "permission": permission, "resource": resource, "subject": subject}),
            safe=True,
        )
        return cast("types.PostCanExplainReply", await self._json(call))

    async def post_captcha(
        self,
        *,
        purpose: str,
        kind: Literal["proof_of_work", "digits", "service"] | None | Unset = UNSET,
    ) -> types.Captcha:
        """Get a captcha.

        `POST /api/v1/captcha`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/captcha",
            body=given({"kind": kind, "purpose": purpose}),
        )
        return cast("types.Captcha", await self._json(call))

    async def post_captcha_spend(
        self,
        *,
        captcha: str,
        captcha_token: str,
    ) -> None:
        """Spend a solved captcha at a door of the app's own.

        `POST /api/v1/captcha/spend`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/captcha/spend",
            body=given({"captcha": captcha, "captcha_token": captcha_token}),
        )
        await self._json(call)

    async def get_captcha_token_audio(
        self,
        token: str,
    ) -> bytes:
        """Hear a captcha.

        `GET /api/v1/captcha/{token}/audio`, for anybody.
        """
        call = Call(
            "GET",
            f"/api/v1/captcha/{segment(token)}/audio",
            safe=True,
        )
        return await self._bytes(call)

    async def get_captcha_token_image(
        self,
        token: str,
    ) -> bytes:
        """See a captcha.

        `GET /api/v1/captcha/{token}/image`, for anybody.
        """
        call = Call(
            "GET",
            f"/api/v1/captcha/{segment(token)}/image",
            safe=True,
        )
        return await self._bytes(call)

    async def get_config(
        self,
    ) -> types.Config:
        """Show what this server offers.

        `GET /api/v1/config`, for anybody.
        """
        call = Call(
            "GET",
            "/api/v1/config",
            safe=True,
        )
        return cast("types.Config", await self._json(call))

    async def post_impersonation_stop(
        self,
    ) -> None:
        """Stop acting as somebody else.

        `POST /api/v1/impersonation/stop`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/impersonation/stop",
        )
        await self._json(call)

    async def delete_me(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Delete one's account.

        `DELETE /api/v1/me`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me",
            if_match=if_match,
        )
        await self._json(call)

    async def get_me(
        self,
    ) -> types.User:
        """Show one's account.

        `GET /api/v1/me`, for whoever is signed in or has a key.
        """
        call = Call(
            "GET",
            "/api/v1/me",
            safe=True,
        )
        return cast("types.User", await self._json(call))

    async def patch_me(
        self,
        *,
        name: str | None | Unset = UNSET,
        properties: dict[str, Any] | None | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> types.User:
        """Change one's name and properties.

        `PATCH /api/v1/me`, for whoever is signed in.
        """
        call = Call(
            "PATCH",
            "/api/v1/me",
            body=given({"name": name, "properties": properties}),
            if_match=if_match,
        )
        return cast("types.User", await self._json(call))

    async def get_me_activity(
        self,
        *,
        cursor: str | None | Unset = UNSET,
    ) -> types.GetAdminAuditReply:
        """List what happened to one's account.

        `GET /api/v1/me/activity`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/activity",
            query=given({"cursor": cursor}),
            safe=True,
        )
        return cast("types.GetAdminAuditReply", await self._json(call))

    async def post_me_address_link(
        self,
        *,
        token: str,
    ) -> types.Outcome:
        """Confirm a new address by the link that was sent there.

        `POST /api/v1/me/address-link`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/me/address-link",
            body=given({"token": token}),
        )
        return cast("types.Outcome", await self._json(call))

    async def delete_me_address_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Forget a new address that waits to be confirmed.

        `DELETE /api/v1/me/address/{id}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/address/{segment(id)}",
            if_match=if_match,
        )
        await self._json(call)

    async def post_me_address_id_confirm(
        self,
        id: str,
        *,
        code: str,
    ) -> types.Outcome:
        """Confirm a new address by the code that was sent there.

        `POST /api/v1/me/address/{id}/confirm`, for whoever is signed in.
        """
        call = Call(
            "POST",
            f"/api/v1/me/address/{segment(id)}/confirm",
            body=given({"code": code}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_me_address_id_resend(
        self,
        id: str,
    ) -> None:
        """Send the code for a new address again.

        `POST /api/v1/me/address/{id}/resend`, for whoever is signed in.
        """
        call = Call(
            "POST",
            f"/api/v1/me/address/{segment(id)}/resend",
        )
        await self._json(call)

    async def delete_me_api_keys(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End every API key of one's own.

        `DELETE /api/v1/me/api-keys`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/api-keys",
            if_match=if_match,
        )
        await self._json(call)

    async def get_me_api_keys(
        self,
    ) -> types.GetAdminUsersIdApiKeysReply:
        """List one's API keys.

        `GET /api/v1/me/api-keys`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/api-keys",
            safe=True,
        )
        return cast("types.GetAdminUsersIdApiKeysReply", await self._json(call))

    async def post_me_api_keys(
        self,
        *,
        name: str,
        expires_at: str | None | Unset = UNSET,
        networks: list[str] | Unset = UNSET,
        not_before: str | None | Unset = UNSET,
        per_day: int | None | Unset = UNSET,
        per_minute: int | None | Unset = UNSET,
        permissions: list[str] | None | Unset = UNSET,
        refresh_until: str | None | Unset = UNSET,
        scopes: list[str] | None | Unset = UNSET,
    ) -> types.NewApiKey:
        """Make an API key.

        `POST /api/v1/me/api-keys`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/me/api-keys",
            body=given({"expires_at": expires_at, "name": name, "networks": networks, "not_before": not_before, "per_day": per_day, "per_minute": per_minute, "permissions": permissions, "refresh_until": refresh_until, "scopes": scopes}),
        )
        return cast("types.NewApiKey", await self._json(call))

    async def delete_me_api_keys_key(
        self,
        key: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End an API key.

        `DELETE /api/v1/me/api-keys/{key}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/api-keys/{segment(key)}",
            if_match=if_match,
        )
        await self._json(call)

    async def post_me_api_keys_key_rotate(
        self,
        key: str,
        *,
        overlap: int | Unset = UNSET,
    ) -> types.NewApiKey:
        """Replace an API key.

        `POST /api/v1/me/api-keys/{key}/rotate`, for whoever is signed in.
        """
        call = Call(
            "POST",
            f"/api/v1/me/api-keys/{segment(key)}/rotate",
            body=given({"overlap": overlap}),
        )
        return cast("types.NewApiKey", await self._json(call))

    async def post_me_codes(
        self,
        *,
        purpose: str,
    ) -> types.Begun:
        """Get a code for something of the app's own.

        `POST /api/v1/me/codes`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/me/codes",
            body=given({"purpose": purpose}),
        )
        return cast("types.Begun", await self._json(call))

    async def post_me_codes_id_spend(
        self,
        id: str,
        *,
        code: str,
        purpose: str,
    ) -> None:
        """Spend such a code.

        `POST /api/v1/me/codes/{id}/spend`, for whoever is signed in.
        """
        call = Call(
            "POST",
            f"/api/v1/me/codes/{segment(id)}/spend",
            body=given({"code": code, "purpose": purpose}),
        )
        await self._json(call)

    async def get_me_connections(
        self,
    ) -> types.GetMeConnectionsReply:
        """List the services that one signs in at.

        `GET /api/v1/me/connections`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/connections",
            safe=True,
        )
        return cast("types.GetMeConnectionsReply", await self._json(call))

    async def post_me_connections(
        self,
        *,
        provider: str,
        return_to: str | None | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.PostMeConnectionsReply:
        """Begin to connect a service.

        `POST /api/v1/me/connections`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/me/connections",
            body=given({"provider": provider, "return_to": return_to, "session": session}),
        )
        return cast("types.PostMeConnectionsReply", await self._json(call))

    async def delete_me_connections_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Disconnect a service.

        `DELETE /api/v1/me/connections/{id}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/connections/{segment(id)}",
            if_match=if_match,
        )
        await self._json(call)

    async def delete_me_devices(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Forget every device that is spared the second factor.

        `DELETE /api/v1/me/devices`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/devices",
            if_match=if_match,
        )
        await self._json(call)

    async def get_me_devices(
        self,
    ) -> types.GetMeDevicesReply:
        """List devices that are spared the second factor.

        `GET /api/v1/me/devices`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/devices",
            safe=True,
        )
        return cast("types.GetMeDevicesReply", await self._json(call))

    async def delete_me_devices_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Forget such a device.

        `DELETE /api/v1/me/devices/{id}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/devices/{segment(id)}",
            if_match=if_match,
        )
        await self._json(call)

    async def delete_me_email(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove one's e-mail address.

        `DELETE /api/v1/me/email`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/email",
            if_match=if_match,
        )
        await self._json(call)

    async def put_me_email(
        self,
        *,
        email: str,
        if_match: str | int | None = None,
    ) -> types.Begun:
        """Ask for another e-mail address.

        `PUT /api/v1/me/email`, for whoever is signed in.
        """
        call = Call(
            "PUT",
            "/api/v1/me/email",
            body=given({"email": email}),
            if_match=if_match,
        )
        return cast("types.Begun", await self._json(call))

    async def get_me_export(
        self,
    ) -> types.GetMeExportReply:
        """Get all that is kept about one.

        `GET /api/v1/me/export`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/export",
            safe=True,
        )
        return cast("types.GetMeExportReply", await self._json(call))

    async def get_me_factors(
        self,
    ) -> types.GetMeFactorsReply:
        """List one's second factors.

        `GET /api/v1/me/factors`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/factors",
            safe=True,
        )
        return cast("types.GetMeFactorsReply", await self._json(call))

    async def delete_me_factors_factor(
        self,
        factor: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a second factor of the app's own.

        `DELETE /api/v1/me/factors/{factor}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/factors/{segment(factor)}",
            if_match=if_match,
        )
        await self._json(call)

    async def post_me_factors_factor(
        self,
        factor: str,
    ) -> types.PostMeFactorsFactorReply:
        """Begin to set up a second factor of the app's own.

        `POST /api/v1/me/factors/{factor}`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            f"/api/v1/me/factors/{segment(factor)}",
        )
        return cast("types.PostMeFactorsFactorReply", await self._json(call))

    async def post_me_factors_factor_confirm(
        self,
        factor: str,
        *,
        code: str,
        flow_id: str,
    ) -> types.PostMeFactorsFactorConfirmReply:
        """Finish setting such a factor up.

        `POST /api/v1/me/factors/{factor}/confirm`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            f"/api/v1/me/factors/{segment(factor)}/confirm",
            body=given({"code": code, "flow_id": flow_id}),
        )
        return cast("types.PostMeFactorsFactorConfirmReply", await self._json(call))

    async def get_me_passkeys(
        self,
    ) -> types.GetMePasskeysReply:
        """List one's passkeys.

        `GET /api/v1/me/passkeys`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "GET",
            "/api/v1/me/passkeys",
            safe=True,
        )
        return cast("types.GetMePasskeysReply", await self._json(call))

    async def post_me_passkeys(
        self,
        *,
        credential: Any,
        flow_id: str,
        name: str | Unset = UNSET,
    ) -> types.Passkey:
        """Add the passkey that the browser made.

        `POST /api/v1/me/passkeys`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/me/passkeys",
            body=given({"credential": credential, "flow_id": flow_id, "name": name}),
        )
        return cast("types.Passkey", await self._json(call))

    async def post_me_passkeys_options(
        self,
    ) -> types.PostMePasskeysOptionsReply:
        """Begin to add a passkey.

        `POST /api/v1/me/passkeys/options`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/me/passkeys/options",
            body=given({}),
        )
        return cast("types.PostMePasskeysOptionsReply", await self._json(call))

    async def delete_me_passkeys_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove a passkey.

        `DELETE /api/v1/me/passkeys/{id}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/passkeys/{segment(id)}",
            if_match=if_match,
        )
        await self._json(call)

    async def patch_me_passkeys_id(
        self,
        id: str,
        *,
        name: str,
        if_match: str | int | None = None,
    ) -> None:
        """Name a passkey.

        `PATCH /api/v1/me/passkeys/{id}`, for whoever is signed in.
        """
        call = Call(
            "PATCH",
            f"/api/v1/me/passkeys/{segment(id)}",
            body=given({"name": name}),
            if_match=if_match,
        )
        await self._json(call)

    async def put_me_password(
        self,
        *,
        new_password: str,
        current_password: str | None | Unset = UNSET,
        keep_other_sessions: bool | Unset = UNSET,
        if_match: str | int | None = None,
    ) -> types.Outcome:
        """Change one's password.

        `PUT /api/v1/me/password`, for whoever is signed in.
        """
        call = Call(
            "PUT",
            "/api/v1/me/password",
            body=given({"current_password": current_password, "keep_other_sessions": keep_other_sessions, "new_password": new_password}),
            if_match=if_match,
        )
        return cast("types.Outcome", await self._json(call))

    async def get_me_permissions(
        self,
    ) -> types.Permissions:
        """List what one holds.

        `GET /api/v1/me/permissions`, for whoever is signed in or has a key.
        """
        call = Call(
            "GET",
            "/api/v1/me/permissions",
            safe=True,
        )
        return cast("types.Permissions", await self._json(call))

    async def delete_me_phone(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove one's phone number.

        `DELETE /api/v1/me/phone`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/phone",
            if_match=if_match,
        )
        await self._json(call)

    async def put_me_phone(
        self,
        *,
        phone: str,
        if_match: str | int | None = None,
    ) -> types.Begun:
        """Ask for another phone number.

        `PUT /api/v1/me/phone`, for whoever is signed in.
        """
        call = Call(
            "PUT",
            "/api/v1/me/phone",
            body=given({"phone": phone}),
            if_match=if_match,
        )
        return cast("types.Begun", await self._json(call))

    async def get_me_recovery_codes(
        self,
    ) -> types.GetMeRecoveryCodesReply:
        """Count the recovery codes that are left.

        `GET /api/v1/me/recovery-codes`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/recovery-codes",
            safe=True,
        )
        return cast("types.GetMeRecoveryCodesReply", await self._json(call))

    async def post_me_recovery_codes(
        self,
    ) -> types.PostMeRecoveryCodesReply:
        """Get new recovery codes.

        `POST /api/v1/me/recovery-codes`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/me/recovery-codes",
        )
        return cast("types.PostMeRecoveryCodesReply", await self._json(call))

    async def delete_me_sessions(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End every other session of one's own.

        `DELETE /api/v1/me/sessions`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/sessions",
            if_match=if_match,
        )
        await self._json(call)

    async def get_me_sessions(
        self,
    ) -> types.GetAdminUsersIdSessionsReply:
        """List one's sessions.

        `GET /api/v1/me/sessions`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/me/sessions",
            safe=True,
        )
        return cast("types.GetAdminUsersIdSessionsReply", await self._json(call))

    async def delete_me_sessions_id(
        self,
        id: str,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """End a session of one's own.

        `DELETE /api/v1/me/sessions/{id}`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            f"/api/v1/me/sessions/{segment(id)}",
            if_match=if_match,
        )
        await self._json(call)

    async def delete_me_totp(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove the authenticator app.

        `DELETE /api/v1/me/totp`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/totp",
            if_match=if_match,
        )
        await self._json(call)

    async def post_me_totp(
        self,
    ) -> types.PostMeTotpReply:
        """Begin to set up an authenticator app.

        `POST /api/v1/me/totp`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/me/totp",
        )
        return cast("types.PostMeTotpReply", await self._json(call))

    async def post_me_totp_confirm(
        self,
        *,
        code: str,
        flow_id: str,
    ) -> types.PostMeFactorsFactorConfirmReply:
        """Finish setting it up.

        `POST /api/v1/me/totp/confirm`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/me/totp/confirm",
            body=given({"code": code, "flow_id": flow_id}),
        )
        return cast("types.PostMeFactorsFactorConfirmReply", await self._json(call))

    async def delete_me_username(
        self,
        *,
        if_match: str | int | None = None,
    ) -> None:
        """Remove one's username.

        `DELETE /api/v1/me/username`, for whoever is signed in.
        """
        call = Call(
            "DELETE",
            "/api/v1/me/username",
            if_match=if_match,
        )
        await self._json(call)

    async def put_me_username(
        self,
        *,
        username: str,
        if_match: str | int | None = None,
    ) -> None:
        """Set one's username.

        `PUT /api/v1/me/username`, for whoever is signed in.
        """
        call = Call(
            "PUT",
            "/api/v1/me/username",
            body=given({"username": username}),
            if_match=if_match,
        )
        await self._json(call)

    async def post_password_check(
        self,
        *,
        password: str,
    ) -> types.PostPasswordCheckReply:
        """Say how good a password would be.

        `POST /api/v1/password/check`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/password/check",
            body=given({"password": password}),
            safe=True,
        )
        return cast("types.PostPasswordCheckReply", await self._json(call))

    async def get_providers(
        self,
    ) -> types.GetProvidersReply:
        """List the services that one can sign in at.

        `GET /api/v1/providers`, for anybody.
        """
        call = Call(
            "GET",
            "/api/v1/providers",
            safe=True,
        )
        return cast("types.GetProvidersReply", await self._json(call))

    async def post_recovery(
        self,
        *,
        identifier: str,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Begin to set a new password.

        `POST /api/v1/recovery`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/recovery",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "identifier": identifier}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_recovery_link(
        self,
        *,
        password: str,
        token: str,
        keep_other_sessions: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Set a new password by the link.

        `POST /api/v1/recovery-link`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/recovery-link",
            body=given({"keep_other_sessions": keep_other_sessions, "password": password, "session": session, "token": token}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_recovery_stop(
        self,
        *,
        token: str,
    ) -> types.Outcome:
        """Stop a recovery that somebody else began.

        `POST /api/v1/recovery-stop`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/recovery-stop",
            body=given({"token": token}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_recovery_id_confirm(
        self,
        id: str,
        *,
        code: str,
        password: str,
        keep_other_sessions: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Set a new password by the code.

        `POST /api/v1/recovery/{id}/confirm`, for anybody.
        """
        call = Call(
            "POST",
            f"/api/v1/recovery/{segment(id)}/confirm",
            body=given({"code": code, "keep_other_sessions": keep_other_sessions, "password": password, "session": session}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_restore_link(
        self,
        *,
        token: str,
    ) -> types.Outcome:
        """Bring one's deleted account back.

        `POST /api/v1/restore-link`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/restore-link",
            body=given({"token": token}),
        )
        return cast("types.Outcome", await self._json(call))

    async def get_session(
        self,
    ) -> types.Session:
        """Show the session.

        `GET /api/v1/session`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/session",
            safe=True,
        )
        return cast("types.Session", await self._json(call))

    async def patch_session(
        self,
        *,
        data: dict[str, Any],
        if_match: str | int | None = None,
    ) -> types.PatchSessionReply:
        """Change the app's data on the session.

        `PATCH /api/v1/session`, for whoever is signed in.
        """
        call = Call(
            "PATCH",
            "/api/v1/session",
            body=given({"data": data}),
            if_match=if_match,
        )
        return cast("types.PatchSessionReply", await self._json(call))

    async def get_session_csrf(
        self,
    ) -> types.GetSessionCsrfReply:
        """Get the token for forms.

        `GET /api/v1/session/csrf`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/session/csrf",
            safe=True,
        )
        return cast("types.GetSessionCsrfReply", await self._json(call))

    def get_session_events(
        self,
    ) -> AsyncIterator[Event]:
        """Follow the session until it ends.

        `GET /api/v1/session/events`, for whoever is signed in.
        """
        call = Call(
            "GET",
            "/api/v1/session/events",
            safe=True,
        )
        return self._events(call)

    async def post_session_step_up(
        self,
        *,
        code: str,
        method: str,
    ) -> types.Outcome:
        """Prove again who one is.

        `POST /api/v1/session/step-up`, for whoever is signed in, perhaps without a second factor.
        """
        call = Call(
            "POST",
            "/api/v1/session/step-up",
            body=given({"code": code, "method": method}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_setup(
        self,
        *,
        email: str,
        password: str,
        token: str,
        name: str | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Make the first administrator.

        `POST /api/v1/setup`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/setup",
            body=given({"email": email, "name": name, "password": password, "session": session, "token": token}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_sign_in(
        self,
        *,
        identifier: str,
        password: str,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Sign in with a password.

        `POST /api/v1/sign-in`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "identifier": identifier, "password": password, "remember": remember, "session": session}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_sign_in_anonymous(
        self,
        *,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Begin without an account.

        `POST /api/v1/sign-in/anonymous`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/anonymous",
            body=given({"session": session}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_sign_in_by_method(
        self,
        method: str,
        *,
        answer: str,
        identifier: str,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Sign in by a way of the app's own.

        `POST /api/v1/sign-in/by/{method}`, for anybody.
        """
        call = Call(
            "POST",
            f"/api/v1/sign-in/by/{segment(method)}",
            body=given({"answer": answer, "captcha": captcha, "captcha_token": captcha_token, "identifier": identifier, "remember": remember, "session": session}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_sign_in_code(
        self,
        *,
        identifier: str,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        return_to: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Have a code for signing in sent.

        `POST /api/v1/sign-in/code`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/code",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "identifier": identifier, "return_to": return_to}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_sign_in_code_confirm(
        self,
        *,
        code: str,
        flow_id: str,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Sign in with the code.

        `POST /api/v1/sign-in/code/confirm`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/code/confirm",
            body=given({"code": code, "flow_id": flow_id, "remember": remember, "session": session}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_sign_in_code_resend(
        self,
        *,
        flow_id: str,
    ) -> None:
        """Send the code for signing in again.

        `POST /api/v1/sign-in/code/resend`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/code/resend",
            body=given({"flow_id": flow_id}),
        )
        await self._json(call)

    async def post_sign_in_link(
        self,
        *,
        identifier: str,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        return_to: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Have a link for signing in sent.

        `POST /api/v1/sign-in/link`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/link",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "identifier": identifier, "return_to": return_to}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_sign_in_link_confirm(
        self,
        *,
        code: str | None | Unset = UNSET,
        flow_id: str | None | Unset = UNSET,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
        token: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Sign in with the link or its code.

        `POST /api/v1/sign-in/link/confirm`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/link/confirm",
            body=given({"code": code, "flow_id": flow_id, "remember": remember, "session": session, "token": token}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_sign_in_link_resend(
        self,
        *,
        flow_id: str,
    ) -> None:
        """Send the link for signing in again.

        `POST /api/v1/sign-in/link/resend`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/link/resend",
            body=given({"flow_id": flow_id}),
        )
        await self._json(call)

    async def post_sign_in_mfa(
        self,
        *,
        code: str,
        flow_id: str,
        method: str,
        flow_token: str | None | Unset = UNSET,
        trust_device: bool | Unset = UNSET,
    ) -> types.Outcome:
        """Finish signing in with a second factor.

        `POST /api/v1/sign-in/mfa`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/mfa",
            body=given({"code": code, "flow_id": flow_id, "flow_token": flow_token, "method": method, "trust_device": trust_device}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_sign_in_provider(
        self,
        *,
        provider: str,
        again: bool | Unset = UNSET,
        remember: bool | Unset = UNSET,
        return_to: str | None | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.PostMeConnectionsReply:
        """Begin to sign in at a service.

        `POST /api/v1/sign-in/provider`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/provider",
            body=given({"again": again, "provider": provider, "remember": remember, "return_to": return_to, "session": session}),
        )
        return cast("types.PostMeConnectionsReply", await self._json(call))

    async def post_sign_in_provider_callback(
        self,
        *,
        provider: str,
        code: str | None | Unset = UNSET,
        error: str | None | Unset = UNSET,
        flow_token: str | None | Unset = UNSET,
        iss: str | None | Unset = UNSET,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
        state: str | None | Unset = UNSET,
        user: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Come back from a service.

        `POST /api/v1/sign-in/provider/callback`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-in/provider/callback",
            body=given({"code": code, "error": error, "flow_token": flow_token, "iss": iss, "provider": provider, "remember": remember, "session": session, "state": state, "user": user}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_sign_out(
        self,
    ) -> None:
        """Sign out.

        `POST /api/v1/sign-out`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-out",
        )
        await self._json(call)

    async def post_sign_out_all(
        self,
    ) -> None:
        """End every session of one's own.

        `POST /api/v1/sign-out/all`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/sign-out/all",
        )
        await self._json(call)

    async def post_sign_up(
        self,
        *,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        email: str | None | Unset = UNSET,
        invitation: str | None | Unset = UNSET,
        name: str | None | Unset = UNSET,
        password: str | None | Unset = UNSET,
        phone: str | None | Unset = UNSET,
        properties: dict[str, Any] | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
        username: str | None | Unset = UNSET,
    ) -> types.Outcome:
        """Sign up.

        `POST /api/v1/sign-up`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/sign-up",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "email": email, "invitation": invitation, "name": name, "password": password, "phone": phone, "properties": properties, "session": session, "username": username}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_token(
        self,
        *,
        captcha: str | None | Unset = UNSET,
        captcha_token: str | None | Unset = UNSET,
        client_id: str | Unset = UNSET,
        grant_type: Literal["session", "password", "refresh_token"] | Unset = UNSET,
        password: str | None | Unset = UNSET,
        refresh_token: str | None | Unset = UNSET,
        scope: str | None | Unset = UNSET,
        username: str | None | Unset = UNSET,
    ) -> types.PostTokenReply:
        """Get an access token.

        `POST /api/v1/token`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/token",
            body=given({"captcha": captcha, "captcha_token": captcha_token, "client_id": client_id, "grant_type": grant_type, "password": password, "refresh_token": refresh_token, "scope": scope, "username": username}),
        )
        return cast("types.PostTokenReply", await self._json(call))

    async def post_token_introspect(
        self,
        *,
        token: str,
        token_type_hint: str | None | Unset = UNSET,
    ) -> types.PostTokenIntrospectReply:
        """Ask what a token is worth.

        `POST /api/v1/token/introspect`, for whoever holds `tokens:introspect`.
        """
        call = Call(
            "POST",
            "/api/v1/token/introspect",
            body=given({"token": token, "token_type_hint": token_type_hint}),
        )
        return cast("types.PostTokenIntrospectReply", await self._json(call))

    async def post_token_revoke(
        self,
        *,
        token: str,
        token_type_hint: str | None | Unset = UNSET,
    ) -> None:
        """Make a token worthless.

        `POST /api/v1/token/revoke`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/token/revoke",
            body=given({"token": token, "token_type_hint": token_type_hint}),
        )
        await self._json(call)

    async def post_undo_link(
        self,
        *,
        token: str,
    ) -> types.Outcome:
        """Take a change of an address back.

        `POST /api/v1/undo-link`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/undo-link",
            body=given({"token": token}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_verifications(
        self,
    ) -> types.Begun:
        """Have a code sent that proves one's address.

        `POST /api/v1/verifications`, for whoever is signed in.
        """
        call = Call(
            "POST",
            "/api/v1/verifications",
        )
        return cast("types.Begun", await self._json(call))

    async def post_verifications_id_confirm(
        self,
        id: str,
        *,
        code: str,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Prove an address by the code.

        `POST /api/v1/verifications/{id}/confirm`, for anybody.
        """
        call = Call(
            "POST",
            f"/api/v1/verifications/{segment(id)}/confirm",
            body=given({"code": code, "session": session}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_verifications_id_resend(
        self,
        id: str,
    ) -> None:
        """Send the code again.

        `POST /api/v1/verifications/{id}/resend`, for anybody.
        """
        call = Call(
            "POST",
            f"/api/v1/verifications/{segment(id)}/resend",
        )
        await self._json(call)

    async def post_verify_link(
        self,
        *,
        token: str,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Prove an address by the link.

        `POST /api/v1/verify-link`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/verify-link",
            body=given({"session": session, "token": token}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_webauthn_sign_in(
        self,
        *,
        credential: Any,
        flow_id: str,
        remember: bool | Unset = UNSET,
        session: Literal["cookie", "token"] | Unset = UNSET,
    ) -> types.Outcome:
        """Sign in with a passkey.

        `POST /api/v1/webauthn/sign-in`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/webauthn/sign-in",
            body=given({"credential": credential, "flow_id": flow_id, "remember": remember, "session": session}),
        )
        return cast("types.Outcome", await self._json(call))

    async def post_webauthn_sign_in_options(
        self,
        *,
        flow_id: str | None | Unset = UNSET,
        flow_token: str | None | Unset = UNSET,
    ) -> types.PostMePasskeysOptionsReply:
        """Begin to sign in with a passkey.

        `POST /api/v1/webauthn/sign-in/options`, for anybody.
        """
        call = Call(
            "POST",
            "/api/v1/webauthn/sign-in/options",
            body=given({"flow_id": flow_id, "flow_token": flow_token}),
        )
        return cast("types.PostMePasskeysOptionsReply", await self._json(call))
